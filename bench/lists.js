// What certificate lists cost: to load, to hold and to ask, beside `openssl crl` and the option `crl` of Node's TLS.
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import https from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import tls from 'node:tls'
import { fileURLToPath } from 'node:url'
import Fastify from 'fastify'
import { createAuthority, createRequest, memoryStore } from '../dist/authority/index.js'
import { readCertificate, writePem, writePrivateKey } from '../dist/certificate/index.js'
import clientCertificate from '../dist/index.js'
import { CertificateLists } from '../dist/revocation/index.js'
import { ratios, summary } from './figures.js'

const sizes = [1_000, 100_000, 1_000_000]

/** For each size: what loading, holding and asking take here, what reading takes `openssl crl`, and what a handshake takes with Node's `crl`. */
export async function measureLists (rounds, log) {
  const folder = mkdtempSync(join(tmpdir(), 'lists-'))
  try {
    const found = {}
    for (const size of sizes) {
      found[size] = await measureSize(size, folder, rounds)
      log(`lists of ${size} entries: ${JSON.stringify(found[size])}`)
    }
    return found
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function measureSize (size, folder, rounds) {
  const material = await makeMaterial(size)
  const [file, issuer] = [join(folder, `${size}.crl`), join(folder, 'ca.der')]
  writeFileSync(file, material.list.raw)
  writeFileSync(issuer, material.authority.certificate.raw)
  const loads = []
  for (let round = 0; round < rounds; round++) loads.push(loadInProcess(file, issuer))
  const of = (name) => summary(loads.map((load) => load[name]))
  return {
    octets: material.list.raw.length,
    milliseconds: of('milliseconds'),
    cpuMilliseconds: of('cpuMilliseconds'),
    longestPauseMilliseconds: of('longestPause'),
    octetsKeptPerEntry: of('octetsKept').median / size,
    lookUpMicroseconds: measureLookUps(material.list, material.serialNumbers),
    openssl: await measureOpenssl(file, rounds),
    handshake: await measureHandshakes(material),
    request: await measurePlugin(material, file)
  }
}

async function makeMaterial (size) {
  const at = new Date()
  const store = memoryStore()
  const serialNumbers = Array.from({ length: size }, () => `4${randomBytes(16).toString('hex').slice(1)}`)
  const entries = serialNumbers.map((serialNumber) => ({ serialNumber, subject: 'CN=client', notAfter: at, revocation: { at, reason: 'keyCompromise' } }))
  const authority = await createAuthority({ subject: 'CN=Bench CA', at, store: { add: (certificate) => store.add(certificate), nextListNumber: () => store.nextListNumber(), list: async () => entries } })
  return { at, authority, serialNumbers, list: await authority.certificateList({ at, days: 7 }) }
}

/** Each time in a process of its own, whose memory and event loop nothing else uses. */
function loadInProcess (file, issuer) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', fileURLToPath(import.meta.url), file, issuer], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}

/** From the name of the file to lists that can be asked, the signature verified. */
async function loadOnce (file, issuer) {
  globalThis.gc()
  const memory = process.memoryUsage()
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  await pause(20)
  delay.reset()
  const [cpu, begin] = [process.cpuUsage(), performance.now()]
  const lists = await CertificateLists.open({ crl: file }, { now: Date.now, issuers: [issuer], changed () {}, report: console.error })
  const milliseconds = performance.now() - begin
  const { user, system } = process.cpuUsage(cpu)
  await pause(20)
  delay.disable()
  const octetsKept = heldOctets(lists.lists[0])
  globalThis.gc()
  const { heapUsed } = process.memoryUsage()
  lists.close()
  return { milliseconds, cpuMilliseconds: (user + system) / 1000, longestPause: delay.max / 1e6, octetsKept: octetsKept + Math.max(0, heapUsed - memory.heapUsed) }
}

// Of memory that came from another thread Node keeps no account here.
const heldOctets = ({ index }) => Object.values(index).reduce((sum, value) => sum + (ArrayBuffer.isView(value) ? value.byteLength : 0), 0)

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Microseconds of CPU to look up a number that is not on the list, and one that is, whose entry is decoded. The first rounds are for the engine. */
function measureLookUps (list, serialNumbers) {
  const count = 100_000
  const present = Array.from({ length: count }, () => serialNumbers[Math.floor(Math.random() * serialNumbers.length)])
  const absent = Array.from({ length: count }, () => randomBytes(16).toString('hex').replace(/^./, '5'))
  const figures = { absent: [], present: [] }
  for (let round = -2; round < 5; round++) {
    for (const [name, asked] of [['absent', absent], ['present', present]]) {
      const cpu = process.cpuUsage()
      const found = asked.filter((serialNumber) => list.find(serialNumber) !== undefined).length
      const { user, system } = process.cpuUsage(cpu)
      if (found !== (name === 'present' ? count : 0)) throw new Error(`${found} of ${count} were found`)
      if (round >= 0) figures[name].push((user + system) / count)
    }
  }
  return { absent: summary(figures.absent), present: summary(figures.present) }
}

async function measureOpenssl (file, rounds) {
  const times = []
  for (let round = 0; round < rounds; round++) {
    const begin = performance.now()
    const { status, stderr } = spawnSync('openssl', ['crl', '-inform', 'DER', '-in', file, '-noout'], { encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
    times.push(performance.now() - begin)
  }
  return { milliseconds: summary(times) }
}

/** Milliseconds of CPU for a handshake, client and server together, with Node's option `crl` and without: in turns. */
async function measureHandshakes ({ authority, at, list }) {
  const ca = writePem('CERTIFICATE', authority.certificate.raw)
  const [server, client] = [await issue(authority, at, 'server'), await issue(authority, at, 'client')]
  const common = { ...server, ca, requestCert: true, rejectUnauthorized: true }
  const ways = { without: common, again: common, withNodeCrl: { ...common, crl: writePem('X509 CRL', list.raw) } }
  const times = Object.fromEntries(Object.keys(ways).map((name) => [name, []]))
  const servers = Object.fromEntries(await Promise.all(Object.entries(ways).map(async ([name, options]) => [name, await listening(options)])))
  for (let round = -2; round < 10; round++) {
    for (const [name, listener] of Object.entries(servers)) {
      const milliseconds = await handshake(listener.address().port, { ...client, ca })
      if (round >= 0) times[name].push(milliseconds)
    }
  }
  for (const listener of Object.values(servers)) listener.close()
  return Object.fromEntries(Object.entries(times).map(([name, found]) => [name, summary(found)]))
}

async function issue (authority, at, profile) {
  const { request, privateKey } = await createRequest({ subject: `CN=${profile}`, subjectAltName: [{ type: 'dNSName', value: 'localhost' }] })
  const { certificate } = await authority.sign(request.raw, { profile, policy: { subject: 'requested', subjectAltName: 'requested' }, at, days: 1 })
  return { cert: writePem('CERTIFICATE', certificate.raw), key: writePrivateKey(privateKey) }
}

/**
 * Milliseconds of CPU for a new connection and a request, client and server together, with the list and without, by clients that
 * were never seen before; and what part of the same without a list that is.
 */
async function measurePlugin ({ authority, at }, file) {
  const ca = writePem('CERTIFICATE', authority.certificate.raw)
  const server = await issue(authority, at, 'server')
  const ways = { without: {}, again: {}, withList: { crl: file } }
  const apps = Object.fromEntries(await Promise.all(Object.entries(ways).map(async ([name, options]) => [name, await serving({ ...server, ca, ...options })])))
  const times = Object.fromEntries(Object.keys(ways).map((name) => [name, []]))
  for (let round = -3; round < 30; round++) {
    const client = await issue(authority, at, 'client')
    for (const [name, app] of inTurn(Object.entries(apps), round + 3)) {
      const milliseconds = await request(app.server.address().port, { ...client, ca })
      if (round >= 0) times[name].push(milliseconds)
    }
  }
  await Promise.all(Object.values(apps).map((app) => app.close()))
  return Object.fromEntries(Object.entries(times).map(([name, found]) => [name, { ...summary(found), ofWithout: ratios(found, times.without) }]))
}

/** Who comes first is another one each round. */
const inTurn = (entries, round) => entries.map((_, place) => entries[(place + round) % entries.length])

async function serving (options) {
  const app = Fastify({ https: {}, forceCloseConnections: true })
  await app.register(clientCertificate, { ...options, revocation: options.crl === undefined ? undefined : { depth: 'end-entity' }, watch: false })
  app.get('/', async () => 'x')
  await app.listen({ host: '127.0.0.1', port: 0 })
  return app
}

async function request (port, options) {
  const cpu = process.cpuUsage()
  const [response] = await once(https.get({ port, host: '127.0.0.1', servername: 'localhost', agent: false, ...options }), 'response')
  if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`)
  response.resume()
  await once(response, 'close')
  const { user, system } = process.cpuUsage(cpu)
  return (user + system) / 1000
}

async function listening (options) {
  const server = tls.createServer(options, (socket) => { socket.on('error', () => {}); socket.end('x') })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

async function handshake (port, options) {
  const cpu = process.cpuUsage()
  const socket = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', ...options })
  socket.resume()
  await once(socket, 'close')
  const { user, system } = process.cpuUsage(cpu)
  return (user + system) / 1000
}

const [, program, file, issuer] = process.argv
if (program === fileURLToPath(import.meta.url)) console.log(JSON.stringify(await loadOnce(file, readCertificate(readFileSync(issuer)))))
