// What a certificate in a header costs: beside a server that ignores it, and by itself, from the header to the certificate.
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { checkForwarding } from '../dist/plugin/forwarding-options.js'
import { ForwardingSource } from '../dist/plugin/forwarding-source.js'
import { ratios, shuffled, summary } from './figures.js'
import { makeAuthority } from './material.js'
import { start } from './processes.js'

const batch = 2000
const batches = 16

/** What each kind of proxy writes for a certificate, given as PEM. */
const forms = {
  nginx: (pem) => ['X-SSL-Client-Cert', encodeURIComponent(pem), 'X-SSL-Client-Verify', 'SUCCESS'],
  rfc9440: (pem) => ['Client-Cert', `:${new X509Certificate(pem).raw.toString('base64')}:`],
  envoy: (pem) => ['X-Forwarded-Client-Cert', `Hash=${new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase()};Cert="${encodeURIComponent(pem)}";Subject="CN=client,OU=Operations,O=Example";URI=`]
}

// As proxies send them.
const header = (fields) => ['Host', 'www.example.com', 'X-Real-IP', '192.0.2.7', 'X-Forwarded-For', '192.0.2.7', 'X-Forwarded-Proto', 'https', 'User-Agent', 'Mozilla/5.0 (X11; Linux x86_64)', 'Accept', '*/*', 'Accept-Encoding', 'gzip, br', ...fields]

const textOf = (fields) => `GET / HTTP/1.1\r\n${header(fields).map((part, place) => place % 2 === 0 ? `${part}: ` : `${part}\r\n`).join('')}\r\n`

/** CPU time of the server's process for a request, in microseconds; all servers run at once and take turns. */
export async function compareForwarding (folder, rounds, log) {
  const texts = Object.fromEntries(Object.entries(forms).map(([kind, form]) => [kind, textOf(form(readFileSync(`${folder}/client.cer`, 'utf8')))]))
  const figures = {}
  for (let round = 0; round < rounds; round++) {
    log(`forwarded certificates, round ${round + 1} of ${rounds}`)
    const client = start('forwarding-client.js')
    const servers = {}
    for (const kind of ['ignored', 'again', ...Object.keys(forms), 'byHand']) servers[kind] = await startServer(folder, kind === 'again' ? 'ignored' : kind)
    for (let turn = -batches; turn < batches; turn++) {
      for (const [kind, text] of Object.entries(texts)) {
        const turns = ['ignored', kind, 'again', ...(kind === 'nginx' ? ['byHand'] : [])]
        for (const name of shuffled(turns)) {
          const figure = await cpuOf(servers[name], client, text)
          if (turn >= 0) ((figures[kind] ??= {})[name === kind ? 'plugin' : name] ??= []).push(figure)
        }
      }
    }
    await client.stop()
    for (const { server } of Object.values(servers)) await server.stop()
  }
  return Object.fromEntries(Object.entries(figures).map(([kind, byServer]) => [kind, compared(byServer)]))
}

const compared = (byServer) => Object.fromEntries(Object.entries(byServer).map(([name, figures]) => [name, { ...summary(figures), ofIgnored: ratios(figures, byServer.ignored) }]))

async function startServer (folder, kind) {
  const server = start('servers/forwarded.js', folder, kind)
  const { port } = await server.next()
  return { server, port }
}

async function cpuOf ({ server, port }, client, text) {
  const { cpu } = await server.ask('cpu')
  await client.ask({ port, count: batch, text })
  return ((await server.ask('cpu')).cpu - cpu) / batch
}

const clients = 3000
const turns = 20_000

/** From the header to the certificate, without its path: microseconds. */
export async function measureForwarding (log) {
  const { authority, issue, pem } = await makeAuthority()
  const pems = await Promise.all(Array.from({ length: 2 * clients }, async (_, number) => pem((await issue('client', `CN=client ${number},OU=Operations,O=Example`, [{ type: 'rfc822Name', value: `client${number}@example.com` }])).certificate)))
  log('timing forwarded certificates')
  const found = Object.fromEntries(Object.entries(forms).map(([kind, form]) => [kind, timeSource(kind, pems.map((each) => requestWith(form(each))))]))
  return { ...found, byHand: timeByHand(pems, authority.certificate), greatest: timeGreatest() }
}

const requestWith = (fields) => ({ raw: { rawHeaders: header(fields), headers: {}, socket: {} } })

const sender = { now: Date.now }

const source = (options) => new ForwardingSource(checkForwarding({ trustedProxies: '127.0.0.1', ...options })[0], {})

const elapsed = (work) => {
  const begin = process.hrtime.bigint()
  work()
  return Number(process.hrtime.bigint() - begin) / 1000
}

function read (from, request) {
  const called = from.calledBy(request, sender)
  // What is no client's answers everything alike.
  if (called.latest !== undefined || called.constructor.name !== 'ForwardedClient') throw new Error('the certificate was not read')
}

/** The first half warms up; of the second each is read for the first time, and one of them again and again. */
function timeSource (kind, requests) {
  const from = source({ from: kind })
  for (const request of requests.slice(0, clients)) read(from, request)
  const anew = requests.slice(clients).map((request) => elapsed(() => read(from, request)))
  const [again] = requests.slice(-1)
  const seen = Array.from({ length: 20 }, () => elapsed(() => { for (let left = turns; left > 0; left--) read(from, again) }) / turns)
  return { anew: summary(anew), seen: summary(seen.slice(5)) }
}

/** What a handler of today does on every request. */
function timeByHand (pems, issuer) {
  const ca = new X509Certificate(issuer.raw)
  const handle = (text) => {
    const certificate = new X509Certificate(decodeURIComponent(text))
    if (!certificate.checkIssued(ca) || !certificate.verify(ca.publicKey)) throw new Error('the certificate is not good')
    return certificate.toLegacyObject()
  }
  return summary(pems.map(encodeURIComponent).map((text) => elapsed(() => handle(text))).slice(clients))
}

const size = 16 * 1024
const fill = (text) => text.repeat(Math.ceil(size / text.length)).slice(0, size)

/** Fields as long as they may be, good for nothing: from the header to the refusal, of the form's slowest. */
function timeGreatest () {
  const fields = {
    envoy: [fill('Subject="CN=a\\,b";URI=spiffe://a,Hash=0;'), `Subject="${fill('\\"')}`.slice(0, size), fill(','), `Cert="${fill('%41').slice(0, -7)}"`, fill('By=a;'), fill('a=;'), fill('a=,')],
    rfc9440: [`:${fill('A').slice(2)}:`, fill(':AAAA:, '), `:AAAA:${fill(';a="\\""').slice(6)}`, `:AAAA:${fill(';a=1;b').slice(6)}`],
    nginx: [fill('%2D'), encodeURIComponent(`-----BEGIN CERTIFICATE-----\n${'A'.repeat(size)}`).slice(0, size), fill('-----END CERTIFICATE-----')]
  }
  return Object.fromEntries(Object.entries(fields).map(([kind, values]) => [kind, slowest(values.map((value) => timeRefusal(kind, value)))]))
}

const slowest = (summaries) => summaries.reduce((one, other) => one.median > other.median ? one : other)

function timeRefusal (kind, value) {
  const from = source({ from: kind, ...(kind === 'envoy' && { whenMoreElements: 'ignore' }) })
  const request = requestWith([forms[kind](anyPem)[0], value])
  for (let warmingUp = 200; warmingUp > 0; warmingUp--) from.calledBy(request, sender)
  return summary(Array.from({ length: 300 }, () => {
    // What was left by others is collected before, and not in between.
    globalThis.gc({ type: 'minor' })
    return elapsed(() => { from.calledBy(request, sender) })
  }))
}

const anyPem = (await makeAuthority().then(({ authority, pem }) => pem(authority.certificate)))
