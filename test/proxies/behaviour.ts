import { once } from 'node:events'
import { request } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { WebSocket } from 'ws'
import { formats } from '../../lib/forwarding/index.js'
import type { HeaderForwarding } from '../../lib/plugin/forwarding-options.js'
import type { Minted } from '../helpers/mint.js'
import { startBehind, startDirect } from './applications.js'
import { makeCast, type Cast } from './cast.js'
import { Client, ending, nameOf, type Answer, type Way } from './client.js'
import { forgeries, honest } from './forged.js'
import { forwardingOf } from './guide.js'
import { runProgram, type Program } from './programs.js'

export interface Scene {
  readonly cast: Cast
  /** Ports. */
  readonly direct: number
  readonly proxy: number
  readonly behind: number
  /** Behind the proxy. */
  readonly application: FastifyInstance
  readonly forwarding: HeaderForwarding
}

/** What one proxy does otherwise, by role. */
export type Exception = { readonly code: string } | { readonly alert: string }

export interface Behaviour {
  readonly exceptions?: Readonly<Record<string, Exception>>
  /** Whether its verdict is one. */
  readonly trustworthy?: boolean
  /** A certificate of so many octets passes, and one of so many does not. */
  readonly passes: number
  readonly tooLarge: number
  readonly whenTooLarge: number
}

export async function setScene (t: Test, program: Program): Promise<Scene> {
  const cast = makeCast()
  const forwarding = forwardingOf(program.heading)
  const [direct, { app: application, port: behind }] = await Promise.all([startDirect(t, cast), startBehind(t, cast, { forwarding })])
  return { cast, direct, behind, application, proxy: await runProgram(t, program, cast, behind), forwarding }
}

const ways: Way[] = (['1.1', '2'] as const).flatMap((http) => (['TLSv1.2', 'TLSv1.3'] as const).flatMap((tls) => [false, true].map((resumed) => ({ http, tls, resumed }))))
const straight = (http: '1.1' | '2'): Way => ({ http, tls: 'TLSv1.3', resumed: false })

/** Everything that is asked of a proxy that is configured as the guide says. */
export function behave (t: Test, scene: Scene, { exceptions = {}, trustworthy = false, ...sizes }: Behaviour): void {
  for (const way of ways) t.test(`whoever comes is answered as on a direct connection, by ${nameOf(way)}`, (t) => compareAll(t, scene, way, exceptions))
  for (const http of ['1.1', '2'] as const) {
    t.test(`a client that forges fields gets what it gets without them, by HTTP/${http}`, (t) => forge(t, scene, http))
    t.test(`clients do not get each other's names over connections that are used again, by HTTP/${http}`, (t) => mix(t, scene, http))
    t.test(`the body of a request goes along with its certificate, by HTTP/${http}`, (t) => post(t, scene, http, exceptions))
    t.test(`a certificate of some size passes, and a greater one does not, by HTTP/${http}`, (t) => grow(t, scene, http, sizes))
  }
  if (trustworthy) for (const way of ways) t.test(`it never says of a stranger that it knows them, by ${nameOf(way)}`, (t) => hearVerdicts(t, scene, way))
  t.test('a WebSocket is its client\'s', (t) => openSocket(t, scene))
  t.test('a good certificate from any other address counts for nothing', (t) => comeFromElsewhere(t, scene))
}

async function compareAll (t: Test, { cast, direct, proxy }: Scene, way: Way, exceptions: NonNullable<Behaviour['exceptions']>): Promise<void> {
  for (const [name, role] of Object.entries(cast.roles)) {
    const known = new Client(cast, direct, role, way)
    const expected = await askBoth(known)
    t.match(expected, resultOf(role.code), `${name}, directly`)
    const client = new Client(cast, proxy, role, way)
    const exception = exceptions[name]
    if (exception !== undefined && 'alert' in exception) {
      t.equal(await ending(client), exception.alert, `${name}: the handshake comes to no good end`)
      continue
    }
    const found = await askBoth(client)
    if (exception === undefined) t.strictSame(found, expected, name)
    else t.match(found, resultOf(exception.code), name)
    if (way.resumed) t.strictSame([known.resumptions, client.resumptions], [2, 2], `${name}: sessions are resumed`)
  }
}

const askBoth = async (client: Client): Promise<Answer[]> => [await client.ask({ path: '/who' }), await client.ask({ path: '/known' })]

const resultOf = (code: string | null) => [
  { status: 200, body: { code } },
  code === null ? { status: 200, body: { code } } : { status: 401, challenge: 'ClientCertificate', body: { code } }
]

async function forge (t: Test, { cast, proxy, forwarding }: Scene, http: '1.1' | '2'): Promise<void> {
  const attempts = forgeries(forwarding, cast.other, http)
  t.ok(attempts.length > 50, `${attempts.length} attempts`)
  for (const name of ['a good certificate', 'no certificate']) {
    const client = new Client(cast, proxy, cast.roles[name], straight(http))
    const [expected, ...found] = await client.askAll([[], ...attempts].map((fields) => ({ path: '/who', fields })))
    t.match(expected, { status: 200, body: { code: cast.roles[name].code } })
    const wrong = attempts.flatMap((fields, index) => JSON.stringify(found[index]) === JSON.stringify(expected) ? [] : [{ fields, found: found[index] }])
    t.strictSame(wrong, [], `with ${name}`)
  }
}

/** All are under way at once, so that connections between proxy and application are used by one after the other. */
async function mix (t: Test, { cast, proxy }: Scene, http: '1.1' | '2'): Promise<void> {
  const several = [cast.roles['a good certificate'], cast.roles['no certificate'], { client: cast.other }, cast.roles['a revoked certificate']]
  const answers = await Promise.all(several.map((role) => new Client(cast, proxy, role, straight(http)).askAll(Array.from({ length: 20 }, () => ({ path: '/who' })))))
  const expected = [several[0].client!.certificate.fingerprint256, null, cast.other.certificate.fingerprint256, null]
  t.strictSame(answers.map((each) => [...new Set(each.map(({ body }) => (body as { fingerprint256: string | null }).fingerprint256))]), expected.map((each) => [each]))
}

async function post (t: Test, { cast, direct, proxy }: Scene, http: '1.1' | '2', exceptions: NonNullable<Behaviour['exceptions']>): Promise<void> {
  const body = 'content '.repeat(8 * 1024)
  for (const name of ['a good certificate', 'no certificate', 'an expired certificate', 'a certificate for servers']) {
    if (name in exceptions) continue
    const [expected, found] = await Promise.all([direct, proxy].map((port) => new Client(cast, port, cast.roles[name], straight(http)).ask({ path: '/who', method: 'POST', body })))
    t.match(expected, { status: 200, body: { method: 'POST', body, code: cast.roles[name].code } })
    t.strictSame(found, expected, name)
  }
}

async function grow (t: Test, { cast, proxy }: Scene, http: '1.1' | '2', { passes, tooLarge, whenTooLarge }: Pick<Behaviour, 'passes' | 'tooLarge' | 'whenTooLarge'>): Promise<void> {
  const some = cast.large(passes)
  t.match(await new Client(cast, proxy, { client: some }, straight(http)).ask({ path: '/known' }), { status: 200, body: { fingerprint256: some.certificate.fingerprint256 } })
  t.match(await new Client(cast, proxy, { client: cast.large(tooLarge) }, straight(http)).ask({ path: '/known' }), { status: whenTooLarge })
}

/** What the proxy finds, which counts only where that was asked for; it knows of no certificate lists. */
export async function verdictsOf ({ cast, proxy, forwarding }: Scene, way: Way, names: readonly string[]): Promise<Array<string | undefined>> {
  const field = (forwarding.verdictHeader ?? formats[forwarding.from].verdictField)!.toLowerCase()
  return Promise.all(names.map(async (name) => {
    const { body } = await new Client(cast, proxy, cast.roles[name], way).ask({ path: '/fields' })
    const fields = body as string[]
    const place = fields.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === field)
    return place === -1 ? undefined : fields[place + 1]
  }))
}

async function hearVerdicts (t: Test, scene: Scene, way: Way): Promise<void> {
  const strangers = Object.entries(scene.cast.roles).flatMap(([name, { code }]) => code === null || /REVOKED|MISSING/.test(code) ? [] : [name])
  const verdicts = await verdictsOf(scene, way, ['a good certificate', ...strangers])
  t.strictSame(verdicts.map((verdict) => verdict === 'SUCCESS'), [true, ...strangers.map(() => false)], verdicts.join(', '))
  t.notOk((await verdictsOf(scene, way, ['no certificate'])).includes('SUCCESS'))
}

async function openSocket (t: Test, { cast, proxy, application }: Scene): Promise<void> {
  const open = (client: Minted | undefined) => new WebSocket(`wss://127.0.0.1:${proxy}/socket`, { ca: cast.serverAuthority.pem, servername: 'localhost', checkServerIdentity: () => undefined, headers: { host: 'localhost' }, ...(client && { key: client.key, cert: client.pem }) } as object)
  const socket = open(cast.other)
  await once(socket, 'open')
  socket.send('hello')
  const [message] = await once(socket, 'message')
  t.equal(message.toString(), `${cast.other.certificate.fingerprint256} hello`)
  const closed = once(socket, 'close')
  const lift = application.clientCertificates.deny({ fingerprint256: cast.other.certificate.fingerprint256 })
  t.equal((await closed)[0], 1008, 'it ends when its client is let in no more')
  lift()
  for (const name of ['no certificate', 'a revoked certificate']) {
    const [, response] = await once(open(cast.roles[name].client), 'unexpected-response')
    t.equal(response.statusCode, 401, name)
    response.destroy()
  }
  const others = await Promise.all(Array.from({ length: 8 }, () => new Client(cast, proxy, { client: cast.other }, straight('1.1')).ask({ path: '/known' })))
  t.strictSame(others.map(({ status }) => status), Array(8).fill(200), 'others are answered over what is left of these connections')
}

async function comeFromElsewhere (t: Test, { cast: { other }, behind, forwarding }: Scene): Promise<void> {
  const ask = (localAddress: string): Promise<any> => new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: behind, localAddress, path: '/who', headers: Object.fromEntries(honest(forwarding, other)) }, async (response) => {
      let text = ''
      for await (const part of response.setEncoding('utf8')) text += part
      resolve(JSON.parse(text))
    }).on('error', reject).end()
  })
  t.match(await ask('127.0.0.1'), { code: null, fingerprint256: other.certificate.fingerprint256 })
  t.match(await ask('127.0.0.2'), { code: 'FST_CLIENT_CERTIFICATE_MISSING', fingerprint256: null, subject: null })
}
