// What a certification path costs: found and verified anew, and with authorities that are kept, beside `openssl verify` and a TLS handshake.
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import tls from 'node:tls'
import { createAuthority } from '../dist/authority/index.js'
import { readCertificate, writePem } from '../dist/certificate/index.js'
import { verifyCertificationPath } from '../dist/trust/index.js'
import { summary } from './figures.js'

/** For paths of two and of three certificates: CPU microseconds of each way, round after round, all in turn. */
export async function measurePaths (rounds, log) {
  const root = await createAuthority({ subject: 'CN=Root,O=Example', at: new Date(), days: 30 })
  const intermediate = await createAuthority({ subject: 'CN=Intermediate,O=Example', at: new Date(), days: 20, issuer: root })
  const found = { two: await measurePath(root, root, [], rounds), three: await measurePath(root, intermediate, [intermediate.certificate], rounds) }
  log(`paths: ${JSON.stringify(found)}`)
  return found
}

async function measurePath (root, issuer, intermediates, rounds) {
  const material = { root, intermediates, ...await leafOf(issuer) }
  const folder = mkdtempSync(join(tmpdir(), 'paths-'))
  try {
    const ways = { anew: () => anew(material), kept: keptBy(material), openssl: opensslOf(folder, material) }
    const figures = { anew: [], kept: [], openssl: [], handshake: [] }
    for (let round = -2; round < rounds; round++) {
      const one = { anew: cpu(ways.anew, 200), kept: cpu(ways.kept, 200), openssl: wall(ways.openssl, 5), handshake: await handshakes(material, 50) }
      if (round >= 0) for (const [name, figure] of Object.entries(one)) figures[name].push(figure)
    }
    return Object.fromEntries(Object.entries(figures).map(([name, found]) => [name, summary(found)]))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function leafOf (issuer) {
  const at = new Date()
  const client = await issuer.issue({ profile: 'client', subject: 'CN=client,O=Example', at, days: 7 })
  const server = await issuer.issue({ profile: 'server', subject: 'CN=localhost', subjectAltName: [{ type: 'dNSName', value: 'localhost' }], at, days: 7 })
  return { at: new Date(at.getTime() + 1000), client, server }
}

// Every octet is read anew, as for a stranger: the trust anchor as well.
const anew = ({ client, intermediates, root, at }) => verifyCertificationPath({
  certificate: client.certificate.raw, intermediates: intermediates.map(({ raw }) => raw), trustAnchors: [root.certificate.raw], at, purpose: 'clientAuth'
})

// The authorities stay, with their keys, as an application keeps them; the client's certificate is read anew.
function keptBy ({ client, intermediates, root, at }) {
  const kept = intermediates.map(({ raw }) => readCertificate(raw))
  const trustAnchors = [readCertificate(root.certificate.raw)]
  return () => verifyCertificationPath({ certificate: client.certificate.raw, intermediates: kept, trustAnchors, at, purpose: 'clientAuth' })
}

// A process of its own for each, as scripts have it.
function opensslOf (folder, { client, intermediates, root }) {
  const write = (name, certificates) => {
    const file = join(folder, name)
    writeFileSync(file, certificates.map(({ raw }) => writePem('CERTIFICATE', raw)).join(''))
    return file
  }
  const untrusted = intermediates.length === 0 ? [] : ['-untrusted', write('intermediates.pem', intermediates)]
  const options = ['verify', '-purpose', 'sslclient', '-no-CApath', '-no-CAstore', '-CAfile', write('root.pem', [root.certificate]), ...untrusted, write('client.pem', [client.certificate])]
  return () => {
    const { status, stderr } = spawnSync('openssl', options, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`openssl verify: ${stderr}`)
  }
}

function cpu (action, count) {
  const before = process.cpuUsage()
  for (let left = count; left > 0; left--) action()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / count
}

function wall (action, count) {
  const begin = performance.now()
  for (let left = count; left > 0; left--) action()
  return (performance.now() - begin) * 1000 / count
}

/** CPU microseconds of a full mutual handshake of TLS 1.3, both ends in this process. */
async function handshakes ({ client, server, intermediates, root }, count) {
  const ca = writePem('CERTIFICATE', root.certificate.raw)
  const identity = ({ certificate, privateKey }) => ({
    cert: [certificate, ...intermediates].map(({ raw }) => writePem('CERTIFICATE', raw)).join(''), key: privateKey.export({ type: 'pkcs8', format: 'pem' })
  })
  const listener = tls.createServer({ ...identity(server), ca, requestCert: true, rejectUnauthorized: true }, (socket) => socket.end('.'))
  await once(listener.listen(0, '127.0.0.1'), 'listening')
  const secureContext = tls.createSecureContext({ ...identity(client), ca })
  const connect = async () => {
    const socket = tls.connect({ port: listener.address().port, host: '127.0.0.1', servername: 'localhost', secureContext })
    await once(socket.resume(), 'end')
  }
  const before = process.cpuUsage()
  for (let left = count; left > 0; left--) await connect()
  const { user, system } = process.cpuUsage(before)
  await new Promise((resolve) => listener.close(resolve))
  return (user + system) / count
}
