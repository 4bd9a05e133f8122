import type { ServerResponse } from 'node:http'
import t from 'tap'
import { OcspClient, type OcspSurroundings } from '../../lib/revocation/index.js'
import { authorityInfoAccessExtension } from '../../lib/certificate/index.js'
import { failedOcspResponse, nextUpdateOf, revoked, timeOf, unknown } from '../certificate/raw-ocsp-response.js'
import { mintAuthority, mintClient } from '../helpers/mint.js'
import { answerTo, authority, client, clientNaming, nonceIn, ocspClient, responder, start, until, type Answer } from './ocsp-scene.js'

const minute = 60_000
const prefix = 'the status of a certificate is not told by OCSP: '
const after = (milliseconds: number) => new Date(start + milliseconds)

t.test('a responder is asked once, and what it says is at hand', async (t) => {
  const { url, asked } = await responder(t, (request) => answerTo(request, start))
  const { ocsp, ask, statuses, changes, reports } = ocspClient(t, { responder: url })
  t.strictSame(statuses(), [])
  const flight = ask()
  t.ok(flight instanceof Promise)
  t.equal(ask(), flight, 'one flight for all who ask')
  await flight
  t.strictSame(statuses(), ['good'])
  t.equal(ask(), undefined, 'nothing to wait for')
  t.equal(asked.length, 1)
  t.match(asked[0], { method: 'POST', url: '/', headers: { 'content-type': 'application/ocsp-request', accept: 'application/ocsp-response' } })
  t.equal(nonceIn(asked[0].body)?.length, 32)
  const responses = ocsp.responsesFor(client.certificate, authority.certificate)
  t.equal(ocsp.responsesFor(client.certificate, authority.certificate), responses, 'the same array')
  t.ok(Object.isFrozen(responses))
  t.strictSame(changes.map(({ serialNumber }) => serialNumber), [client.certificate.serialNumber])
  t.strictSame(reports, [])
})

t.test('any status is kept that is signed', async (t) => {
  for (const [certStatus, name] of [[revoked(after(-minute)), 'revoked'], [unknown, 'unknown']] as const) {
    const { url } = await responder(t, (request) => answerTo(request, start, { certStatus }))
    const { ask, statuses } = ocspClient(t, { responder: url })
    await ask()
    t.strictSame(statuses(), [name])
    t.equal(ask(), undefined)
  }
})

t.test('each question has another nonce, and may have none', async (t) => {
  const { url, asked } = await responder(t, (request) => answerTo(request, start, { nonce: nonceIn(request) ?? null, of: undefined }))
  const { ask } = ocspClient(t, { responder: url })
  await ask()
  await ask(mintClient(authority))
  t.not(nonceIn(asked[0].body)!.equals(nonceIn(asked[1].body)!), true)
  const without = ocspClient(t, { responder: url, nonce: false })
  await without.ask()
  t.equal(nonceIn(asked[2].body), undefined)
  t.strictSame(without.statuses(), ['good'])
})

t.test('an old answer, sent once more, is not kept', async (t) => {
  let old: Buffer | undefined
  const { url, asked } = await responder(t, (request) => { old ??= answerTo(request, start); return old })
  const first = ocspClient(t, { responder: url })
  await first.ask()
  t.strictSame(first.statuses(), ['good'])
  const second = ocspClient(t, { responder: url })
  await second.ask()
  t.strictSame([asked.length, second.statuses()], [2, []])
  t.strictSame(second.messages(), [`${prefix}the answer repeats another nonce: it is an old one`])
})

t.test('an answer without the nonce is not kept where there was one', async (t) => {
  const { url } = await responder(t, (request) => answerTo(request, start, { nonce: null }))
  const { ask, statuses, reports, changes } = ocspClient(t, { responder: url })
  await ask()
  t.strictSame([statuses(), changes], [[], []])
  t.match(reports, [{
    level: 'warn',
    message: `${prefix}the answer does not repeat the nonce, and may be an old one; for a responder that never does there is the option nonce: false`,
    responder: url,
    certificate: { subject: 'CN=client', serialNumber: client.certificate.serialNumber },
    error: undefined
  }])
})

t.test('what does not count is not kept, and is reported', async (t) => {
  const impostor = mintAuthority()
  const answers: Array<[Answer | Buffer, RegExp | string]> = [
    [failedOcspResponse(3), 'the responder said tryLater'],
    [failedOcspResponse(6), 'the responder said unauthorized'],
    [Buffer.from('<html>'), /^the answer cannot be read: DER /],
    [{ signer: impostor }, 'the response is not to be trusted: it names a signer whose certificate is not sent along'],
    [{ of: mintClient(authority).certificate }, 'the answer is about another certificate'],
    [{ thisUpdate: timeOf(after(-20 * minute)), nextUpdate: nextUpdateOf(after(-minute)) }, `the answer is out of date since ${after(-minute).toISOString()}`],
    [{ thisUpdate: timeOf(after(-120 * minute)), nextUpdate: undefined }, `the answer is out of date since ${after(-60 * minute).toISOString()}`],
    [{ thisUpdate: timeOf(after(60 * minute)) }, `the response is from the future: ${after(60 * minute).toISOString()}`]
  ]
  for (const [answer, problem] of answers) {
    const { url } = await responder(t, (request) => Buffer.isBuffer(answer) ? answer : answerTo(request, start, answer))
    const { ask, statuses, messages, changes } = ocspClient(t, { responder: url })
    await ask()
    t.strictSame([statuses(), changes], [[], []])
    if (typeof problem === 'string') t.strictSame(messages(), [prefix + problem])
    else t.match(messages()[0].slice(prefix.length), problem)
    t.equal(messages().length, 1)
  }
})

t.test('the greatest age of an answer may be told', async (t) => {
  const { url } = await responder(t, (request) => answerTo(request, start))
  const { ask, messages, ocsp } = ocspClient(t, { responder: url, maxAge: 30_000 })
  t.equal(ocsp.maxAge, 30_000)
  await ask()
  t.strictSame(messages(), [`${prefix}the answer is out of date since ${after(-30_000).toISOString()}`])
})

t.test('a responder that is dead, hangs or says something else is not waited for again at once', async (t) => {
  const dead = await responder(t, () => undefined)
  dead.close()
  const hanging = await responder(t, () => undefined)
  const broken = await responder(t, (_, response) => { response.writeHead(500).end(); return undefined })
  const cases: Array<[string, RegExp]> = [
    [dead.url, /cannot be fetched: connect ECONNREFUSED/],
    [hanging.url, /cannot be fetched: there was no whole answer within 100 ms$/],
    [broken.url, /cannot be fetched: the answer has status 500$/]
  ]
  for (const [url, message] of cases) {
    const { ask, statuses, reports, move } = ocspClient(t, { responder: url, timeout: 100 })
    await ask()
    t.strictSame(statuses(), [])
    t.equal(reports.length, 1)
    t.match(reports[0], { level: 'warn', message, responder: url, error: { name: 'FetchError' } })
    t.equal(ask(), undefined)
    move(4999)
    t.equal(ask(), undefined)
    move(1)
    t.ok(ask() instanceof Promise, 'but after five seconds it is')
  }
})

t.test('a responder that keeps failing rests, and then one attempt tells', async (t) => {
  let isThere = false
  const { url, asked } = await responder(t, (request) => isThere ? answerTo(request, start) : failedOcspResponse(2))
  const { ask, messages, move, statuses } = ocspClient(t, { responder: url })
  const clients = Array.from({ length: 10 }, () => mintClient(authority))
  for (const each of clients.slice(0, 5)) await ask(each)
  t.equal(asked.length, 5)
  t.equal(messages().at(-1), `the OCSP responder ${url.slice(0, -1)} keeps failing, and is not asked for 10 s`)
  t.equal(ask(clients[5]), undefined, 'of nobody')
  move(9_999)
  t.equal(ask(clients[6]), undefined)
  move(1)
  const probe = ask(clients[7])
  t.equal(ask(clients[8]), undefined, 'one alone')
  await probe
  t.equal(asked.length, 6)
  t.equal(messages().filter((each) => each.includes('keeps failing')).length, 2)
  t.equal(ask(clients[9]), undefined)
  move(10_000)
  isThere = true
  await ask()
  t.strictSame(statuses(), ['good'])
  t.equal(messages().at(-1), `the OCSP responder ${url.slice(0, -1)} answers again`)
  t.ok(ask(clients[9]) instanceof Promise)
})

t.test('that a responder does not know some certificates does not make it rest', async (t) => {
  const { url, asked } = await responder(t, (request, _, count) => count <= 6 ? failedOcspResponse(6) : answerTo(request, start))
  const { ask, statuses, messages } = ocspClient(t, { responder: url })
  for (let count = 0; count < 6; count++) await ask(mintClient(authority))
  await ask()
  t.equal(asked.length, 7)
  t.strictSame(statuses(), ['good'])
  t.equal(messages().length, 2, 'of thousands of certificates not each is told')
})

t.test('those who wait for a turn are not asked about once the responder rests', async (t) => {
  const { url, asked } = await responder(t, () => failedOcspResponse(3))
  const { ask, messages } = ocspClient(t, { responder: url })
  await Promise.all(Array.from({ length: 100 }, () => ask(mintClient(authority))))
  t.ok(asked.length >= 64 && asked.length < 70, `${asked.length} asked`)
  t.equal(messages().filter((each) => each.includes('keeps failing')).length, 1)
  t.equal(messages().length, 3, 'of those who were asked about the first two are told')
})

t.test('nobody waits for a turn longer than for an answer', async (t) => {
  const waiting: ServerResponse[] = []
  const { url, asked } = await responder(t, (_, response) => { waiting.push(response); return undefined })
  const { ask, messages, move, statuses } = ocspClient(t, { responder: url, timeout: 60_000 })
  const flights = Array.from({ length: 70 }, () => ask(mintClient(authority)))
  const late = ask()
  await until(() => asked.length === 64)
  move(60_000)
  await Promise.all(flights.slice(64))
  await late
  t.strictSame([asked.length, statuses()], [64, []])
  t.strictSame(messages(), [`the OCSP responder ${url.slice(0, -1)} is too slow: not all certificates can be asked about`])
  waiting.forEach((each) => each.end(failedOcspResponse(6)))
  await Promise.all(flights)
  move(5000)
  const again = ask()
  await until(() => asked.length === 65)
  waiting[64].end(answerTo(asked[64].body, start + 65_000))
  await again
  t.strictSame(statuses(), ['good'], 'and then there is a place')
})

t.test('an answer is asked for once more ahead of its end, while anybody asks', async (t) => {
  let says: Answer = {}
  const { url, asked } = await responder(t, (request) => answerTo(request, scene.now(), says))
  const scene = ocspClient(t, { responder: url })
  const { ask, statuses, move, changes, timers } = scene
  await ask()
  t.equal(timers.size, 1)
  statuses()
  const [{ at }] = timers
  t.equal(at, start + 30 * minute, 'half of the hour that it counts')
  move(30 * minute)
  t.equal(ask(), undefined, 'meanwhile nobody waits')
  await until(() => asked.length === 2 && timers.size === 1)
  t.strictSame([asked.length, changes.length], [2, 1], 'and nothing that is the same is told as a change')
  says = { certStatus: revoked(after(0)) }
  statuses()
  move(30 * minute)
  await until(() => changes.length === 2)
  t.strictSame(statuses(), ['revoked'])
})

t.test('an answer that nobody asks for is forgotten', async (t) => {
  const { url, asked } = await responder(t, (request) => answerTo(request, start))
  const { ask, statuses, move, timers } = ocspClient(t, { responder: url })
  await ask()
  move(30 * minute)
  t.equal(timers.size, 0)
  t.strictSame([asked.length, statuses()], [1, []])
})

t.test('an answer that is over stays at hand, is asked for again, and a newer one is news', async (t) => {
  const { url, asked } = await responder(t, (request, _, count) => count === 2 ? failedOcspResponse(3) : answerTo(request, scene.now()))
  const scene = ocspClient(t, { responder: url })
  const { ask, statuses, move, changes, ocsp, timers } = scene
  await ask()
  const [first] = ocsp.responsesFor(client.certificate, authority.certificate)
  scene.timers.clear()
  move(61 * minute)
  const flight = ask()
  t.ok(flight instanceof Promise, 'which is waited for')
  await flight
  t.strictSame(ocsp.responsesFor(client.certificate, authority.certificate), [first], 'the responder failed')
  t.equal(timers.size, 1)
  const [{ at }] = timers
  t.equal(at, scene.now() + 5000, 'it is tried again')
  move(5000)
  await until(() => changes.length === 2)
  t.equal(asked.length, 3)
  t.strictSame(statuses(), ['good'])
  t.not(ocsp.responsesFor(client.certificate, authority.certificate)[0], first)
})

t.test('an answer older than the last one does not take its place', async (t) => {
  const { url } = await responder(t, (request, _, count) => answerTo(request, start, { thisUpdate: timeOf(after(-count * minute)), ...(count === 1 ? { certStatus: revoked(after(0)) } : {}) }))
  const { ask, statuses, messages, move, timers } = ocspClient(t, { responder: url })
  await ask()
  statuses()
  move(30 * minute)
  await until(() => messages().length === 1)
  t.strictSame(statuses(), ['revoked'])
  t.strictSame(messages(), [`${prefix}the answer is of ${after(-2 * minute).toISOString()}, older than the last one`])
  t.equal(timers.size, 1)
})

t.test('the URL of a certificate is asked where its host is allowed', async (t) => {
  const { host, asked } = await responder(t, (request) => answerTo(request, start, { of: named.certificate }))
  const named = clientNaming('ldap://127.0.0.1/', `http://${host}/ocsp`)
  const { ask, statuses } = ocspClient(t, { allowedHosts: [host], allowPrivateAddresses: true })
  await ask(named)
  t.strictSame(statuses(named), ['good'])
  t.equal(asked[0].url, '/ocsp')
})

t.test('no other host is asked, and no private address unless that is allowed', async (t) => {
  const { host, asked } = await responder(t, () => undefined)
  const named = clientNaming(`http://${host}/ocsp`)
  const refused = ocspClient(t, { allowedHosts: ['ocsp.example.com'], allowPrivateAddresses: true })
  await refused.ask(named)
  t.strictSame(refused.messages(), [`${prefix}http://${host}/ocsp cannot be fetched: the host ${host} is not allowed`])
  refused.move(24 * 60 * minute)
  t.equal(refused.ask(named), undefined, 'and it never will be')
  const none = ocspClient(t, {})
  await none.ask(named)
  t.strictSame(none.messages(), [`${prefix}http://${host}/ocsp cannot be fetched: the host ${host} is not allowed`])
  const isPrivate = ocspClient(t, { allowedHosts: [host] })
  await isPrivate.ask(named)
  t.strictSame(isPrivate.messages(), [`${prefix}http://${host}/ocsp cannot be fetched: its address 127.0.0.1 is not of the public Internet`])
  t.strictSame(asked, [])
})

t.test('of a certificate that names no responder nobody is asked', async (t) => {
  const { ask, statuses, reports } = ocspClient(t, { allowedHosts: ['127.0.0.1'] })
  for (const named of [client, clientNaming('ldap://127.0.0.1/'), mintClient(authority, { extensions: [authorityInfoAccessExtension({ caIssuers: ['http://127.0.0.1/'] })] })]) {
    t.equal(ask(named), undefined)
    t.strictSame(statuses(named), [])
  }
  t.strictSame(reports, [])
})

t.test('those not asked about for longest are forgotten first', async (t) => {
  const { url, asked } = await responder(t, (request) => answerTo(request, start, { of: clients[(asked.length - 1) % 3].certificate }))
  const clients = Array.from({ length: 3 }, () => mintClient(authority))
  const { ask, statuses, timers } = ocspClient(t, { responder: url, maxCached: 2 })
  await ask(clients[0])
  await ask(clients[1])
  statuses(clients[0])
  await ask(clients[2])
  t.strictSame(clients.map((each) => statuses(each).length), [1, 0, 1])
  t.equal(timers.size, 2)
})

t.test('a certificate under the key of another issuer has an answer of its own', async (t) => {
  const { url } = await responder(t, (request) => answerTo(request, start))
  const { ask, ocsp } = ocspClient(t, { responder: url })
  await ask()
  t.strictSame(ocsp.responsesFor(client.certificate, mintAuthority().certificate), [])
})

t.test('what is closed asks nobody, and keeps nothing', async (t) => {
  const { url, asked } = await responder(t, () => undefined)
  const { ocsp, ask, reports, timers, statuses } = ocspClient(t, { responder: url, timeout: 10_000 })
  const flights = Array.from({ length: 6 }, () => ask(mintClient(authority)))
  await until(() => asked.length === 6)
  ocsp.close()
  await Promise.all(flights)
  t.strictSame([reports, timers.size, statuses()], [[], 0, []])
  t.equal(ask(), undefined)
})

t.test('an answer that comes too late is dropped', async (t) => {
  const { url } = await responder(t, (request) => { ended.ocsp.close(); return answerTo(request, start) })
  const ended = ocspClient(t, { responder: url })
  await ended.ask()
  t.strictSame([ended.changes, ended.reports, ended.statuses()], [[], [], []], 'after the end')
  const other = mintClient(authority)
  const { url: slow, asked } = await responder(t, (request) => answerTo(request, start, { of: asked.length === 1 ? client.certificate : other.certificate }))
  const { ask, changes, reports, statuses } = ocspClient(t, { responder: slow, maxCached: 1 })
  const flight = ask()
  await until(() => asked.length === 1)
  await Promise.all([flight, ask(other)])
  t.strictSame([statuses(), statuses(other)], [[], ['good']], 'after it was forgotten')
  t.strictSame([changes.map(({ serialNumber }) => serialNumber), reports], [[other.certificate.serialNumber], []])
})

t.test('nobody who waits is failed by what goes wrong', async (t) => {
  const { url } = await responder(t, (request) => answerTo(request, start))
  const { ask, reports, messages } = ocspClient(t, { responder: url }, { changed: () => { throw new Error('broken') } })
  await ask()
  t.strictSame(messages(), [`${prefix}broken`])
  t.match(reports[0].error, { message: 'broken' })
})

t.test('an error that is of nobody\'s making is reported, too', async (t) => {
  const { url } = await responder(t, (request) => answerTo(request, start))
  let isBroken = false
  const now = () => { if (isBroken) { isBroken = false; throw new RangeError('no clock') } return start }
  const { url: other } = await responder(t, (request) => { isBroken = true; return answerTo(request, start) })
  for (const [responder, expected] of [[url, []], [other, [`${prefix}no clock`]]] as const) {
    const { ask, messages } = ocspClient(t, { responder }, { now })
    await ask()
    t.strictSame(messages(), expected)
  }
})

t.test('a responder is a URL without credentials', async (t) => {
  const surroundings: OcspSurroundings = { now: () => start, elapsed: () => 0, report: () => {}, changed: () => {} }
  const refused = (responder: string, problem: string) => t.throws(() => new OcspClient({ responder }, surroundings),
    { name: 'OptionError', code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION', key: 'revocation.ocsp.responder', message: new RegExp(problem) })
  for (const each of ['', 'ocsp.example.com', 'ldap://127.0.0.1', 'http://']) refused(each, 'is no http or https URL')
  refused('http://user:secret@127.0.0.1/', 'has credentials, which are not used')
})

t.test('its timers are its own, and keep no process alive', async (t) => {
  const { url } = await responder(t, (request) => answerTo(request, Date.now()))
  const { setTimeout } = globalThis
  const timers: NodeJS.Timeout[] = []
  t.intercept(globalThis, 'setTimeout', { value: (action: () => void, milliseconds: number) => timers[timers.push(setTimeout(action, milliseconds)) - 1] })
  const ocsp = new OcspClient({ responder: url }, { now: Date.now, elapsed: () => performance.now(), report: (event) => t.fail(event.message), changed: () => {} })
  await ocsp.askFor(client.certificate, authority.certificate)
  t.equal(ocsp.responsesFor(client.certificate, authority.certificate).length, 1)
  const renewal = timers.at(-1) as NodeJS.Timeout & { _destroyed: boolean }
  t.strictSame([renewal.hasRef(), renewal._destroyed], [false, false])
  ocsp.close()
  t.equal(renewal._destroyed, true)
})
