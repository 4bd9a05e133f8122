import { once } from 'node:events'
import { request } from 'node:http'
import type { Test } from 'tap'
import { WebSocket } from 'ws'
import type { HeaderForwarding } from '../../lib/plugin/forwarding-options.js'
import { tlsOptions } from '../helpers/application.js'
import type { Minted } from '../helpers/mint.js'
import { startBehind, startDirect } from './applications.js'
import { makeCast, type Cast } from './cast.js'
import { Client, ending, nameOf, type Answer, type Way } from './client.js'
import { forgeries, honest } from './forged.js'
import { forwardingOf } from './guide.js'

export interface Scene {
  readonly cast: Cast
  /** Ports. */
  readonly direct: number
  readonly proxy: number
  readonly behind: number
  readonly forwarding: HeaderForwarding
}

/** What one proxy does otherwise, by role. */
export type Exception = { readonly code: string } | { readonly alert: string }

export interface Behaviour {
  readonly exceptions?: Readonly<Record<string, Exception>>
  /** A certificate of so many octets passes, and one of so many does not. */
  readonly passes: number
  readonly tooLarge: number
  readonly whenTooLarge: number
}

export async function setScene (t: Test, heading: string, start: (cast: Cast, application: number) => Promise<number>): Promise<Scene> {
  const cast = makeCast()
  const forwarding = forwardingOf(heading)
  const [direct, { port: behind }] = await Promise.all([startDirect(t, cast), startBehind(t, cast, forwarding)])
  return { cast, direct, behind, proxy: await start(cast, behind), forwarding }
}

const ways: Way[] = (['1.1', '2'] as const).flatMap((http) => (['TLSv1.2', 'TLSv1.3'] as const).flatMap((tls) => [false, true].map((resumed) => ({ http, tls, resumed }))))
const straight = (http: '1.1' | '2'): Way => ({ http, tls: 'TLSv1.3', resumed: false })

/** Everything that is asked of a proxy that is configured as the guide says. */
export function behave (t: Test, scene: Scene, { exceptions = {}, ...sizes }: Behaviour): void {
  for (const way of ways) t.test(`whoever comes is answered as on a direct connection, by ${nameOf(way)}`, (t) => compareAll(t, scene, way, exceptions))
  for (const http of ['1.1', '2'] as const) {
    t.test(`a client that forges fields gets what it gets without them, by HTTP/${http}`, (t) => forge(t, scene, http))
    t.test(`clients do not get each other's names over connections that are used again, by HTTP/${http}`, (t) => mix(t, scene, http))
    t.test(`the body of a request goes along with its certificate, by HTTP/${http}`, (t) => post(t, scene, http, exceptions))
    t.test(`a certificate of some size passes, and a greater one does not, by HTTP/${http}`, (t) => grow(t, scene, http, sizes))
  }
  t.test('a WebSocket is its client\'s', (t) => openSocket(t, scene))
  t.test('a good certificate from any other address counts for nothing', (t) => comeFromElsewhere(t, scene))
}

async function compareAll (t: Test, { cast: { world, roles }, direct, proxy }: Scene, way: Way, exceptions: NonNullable<Behaviour['exceptions']>): Promise<void> {
  for (const [name, role] of Object.entries(roles)) {
    const known = new Client(world, direct, role, way)
    const expected = await askBoth(known)
    t.match(expected, resultOf(role.code), `${name}, directly`)
    const client = new Client(world, proxy, role, way)
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

async function forge (t: Test, { cast: { world, roles, other }, proxy, forwarding }: Scene, http: '1.1' | '2'): Promise<void> {
  const attempts = forgeries(forwarding, other, http)
  t.ok(attempts.length > 50, `${attempts.length} attempts`)
  for (const name of ['a good certificate', 'no certificate']) {
    const client = new Client(world, proxy, roles[name], straight(http))
    const [expected, ...found] = await client.askAll([[], ...attempts].map((fields) => ({ path: '/who', fields })))
    t.match(expected, { status: 200, body: { code: roles[name].code } })
    const wrong = attempts.flatMap((fields, index) => JSON.stringify(found[index]) === JSON.stringify(expected) ? [] : [{ fields, found: found[index] }])
    t.strictSame(wrong, [], `with ${name}`)
  }
}

/** All are under way at once, so that connections between proxy and application are used by one after the other. */
async function mix (t: Test, { cast: { world, roles, other }, proxy }: Scene, http: '1.1' | '2'): Promise<void> {
  const several = [roles['a good certificate'], roles['no certificate'], { client: other }, roles['a revoked certificate']]
  const answers = await Promise.all(several.map((role) => new Client(world, proxy, role, straight(http)).askAll(Array.from({ length: 20 }, () => ({ path: '/who' })))))
  const expected = [several[0].client!.certificate.fingerprint256, null, other.certificate.fingerprint256, null]
  t.strictSame(answers.map((each) => [...new Set(each.map(({ body }) => (body as { fingerprint256: string | null }).fingerprint256))]), expected.map((each) => [each]))
}

async function post (t: Test, { cast: { world, roles }, direct, proxy }: Scene, http: '1.1' | '2', exceptions: NonNullable<Behaviour['exceptions']>): Promise<void> {
  const body = 'content '.repeat(8 * 1024)
  for (const name of ['a good certificate', 'no certificate', 'an expired certificate', 'a certificate for servers']) {
    if (name in exceptions) continue
    const [expected, found] = await Promise.all([direct, proxy].map((port) => new Client(world, port, roles[name], straight(http)).ask({ path: '/who', method: 'POST', body })))
    t.match(expected, { status: 200, body: { method: 'POST', body, code: roles[name].code } })
    t.strictSame(found, expected, name)
  }
}

async function grow (t: Test, { cast: { world, large }, proxy }: Scene, http: '1.1' | '2', { passes, tooLarge, whenTooLarge }: Omit<Behaviour, 'exceptions'>): Promise<void> {
  const some = large(passes)
  t.match(await new Client(world, proxy, { client: some }, straight(http)).ask({ path: '/known' }), { status: 200, body: { fingerprint256: some.certificate.fingerprint256 } })
  t.match(await new Client(world, proxy, { client: large(tooLarge) }, straight(http)).ask({ path: '/known' }), { status: whenTooLarge })
}

async function openSocket (t: Test, { cast: { world, roles, other }, proxy }: Scene): Promise<void> {
  const open = (client: Minted | undefined) => new WebSocket(`wss://127.0.0.1:${proxy}/socket`, tlsOptions(world, { client }) as object)
  const socket = open(other)
  await once(socket, 'open')
  socket.send('hello')
  const [message] = await once(socket, 'message')
  t.equal(message.toString(), `${other.certificate.fingerprint256} hello`)
  socket.close()
  await once(socket, 'close')
  for (const name of ['no certificate', 'a revoked certificate']) {
    const [, response] = await once(open(roles[name].client), 'unexpected-response')
    t.equal(response.statusCode, 401, name)
    response.destroy()
  }
  const others = await Promise.all(Array.from({ length: 8 }, () => new Client(world, proxy, { client: other }, straight('1.1')).ask({ path: '/known' })))
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
