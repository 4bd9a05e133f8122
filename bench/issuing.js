// What a certificate costs that is signed for a ready request: CPU time, beside the bare signatures and beside others.
import { spawnSync } from 'node:child_process'
import { createHash, createPublicKey, randomBytes, sign, verify, webcrypto } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as asn1js from 'asn1js'
import * as pkijs from 'pkijs'
import { createAuthority, createRequest, memoryStore } from '../dist/authority/index.js'
import { writePem, writePrivateKey } from '../dist/certificate/index.js'
import { ratios, summary } from './figures.js'

pkijs.setEngine('node', new pkijs.CryptoEngine({ name: 'node', crypto: webcrypto }))

const subject = 'CN=client,OU=Operations,O=Example'
const subjectAltName = [{ type: 'rfc822Name', value: 'client@example.com' }]
const policy = { subject: 'requested', subjectAltName: 'requested' }

/** Microseconds of CPU for each certificate, by each way in turn, batch after batch, and what part of the bare signatures that is. */
export async function measureIssuing (batches, log) {
  const material = await makeMaterial()
  const folder = mkdtempSync(join(tmpdir(), 'issuing-'))
  const ways = { bare: [bare(material), 200], loading: [loading(material), 200], ours: [ours(material), 200], pkijs: [await byPkijs(material), 20], openssl: [byOpenssl(material, folder), 3] }
  const figures = Object.fromEntries(Object.keys(ways).map((name) => [name, []]))
  for (let batch = -5; batch < batches; batch++) {
    for (const [name, [way, count]] of Object.entries(ways)) {
      const figure = await cpuOf(way, count)
      if (batch >= 0) figures[name].push(figure)
    }
  }
  rmSync(folder, { recursive: true })
  log('issued certificates')
  return Object.fromEntries(Object.entries(figures).map(([name, found]) => [name, { ...summary(found), ofBare: ratios(found, figures.bare), ofLoading: ratios(found, figures.loading) }]))
}

async function makeMaterial () {
  const at = new Date()
  const authority = await createAuthority({ subject: 'CN=Bench CA,O=Example', at, days: 30 })
  const { request } = await createRequest({ subject, subjectAltName })
  return { at, authority, request, der: Buffer.from(request.raw) }
}

async function cpuOf (way, count) {
  const before = process.cpuUsage()
  let children = 0
  for (let left = count; left > 0; left--) children += await way() ?? 0
  const { user, system } = process.cpuUsage(before)
  return (children || user + system) / count
}

/** One verification and one signature, over as many octets. */
function bare ({ authority: { privateKey }, request: { publicKey, certificationRequestInfo, signature } }) {
  const tbs = randomBytes(450)
  return () => {
    if (!verify('sha256', certificationRequestInfo, publicKey, signature)) throw new Error('the request does not verify')
    sign('sha256', tbs, privateKey)
  }
}

/** The same with the key as a request brings it: each one has another, and OpenSSL has to load it first. */
function loading ({ authority: { privateKey }, request: { subjectPublicKeyInfo, certificationRequestInfo, signature } }) {
  const tbs = randomBytes(450)
  return () => {
    const publicKey = createPublicKey({ key: subjectPublicKeyInfo, format: 'der', type: 'spki' })
    if (!verify('sha256', certificationRequestInfo, publicKey, signature)) throw new Error('the request does not verify')
    sign('sha256', tbs, privateKey)
  }
}

/** From the octets of the request to the octets of the certificate, recorded in memory. */
function ours ({ at, authority, der }) {
  return async () => { await authority.sign(der, { profile: 'client', policy, at, days: 7 }) }
}

/** The same work: request read and verified, names taken over, the same extensions, signed, encoded. */
async function byPkijs ({ at, authority, der }) {
  const key = await webcrypto.subtle.importKey('pkcs8', writePrivateKeyDer(authority.privateKey), { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
  const issuer = new pkijs.Certificate({ schema: asn1js.fromBER(authority.certificate.raw).result })
  const identifier = authority.certificate.subjectKeyIdentifier
  return async () => {
    const request = pkijs.CertificationRequest.fromBER(der)
    if (!await request.verify()) throw new Error('the request does not verify')
    const certificate = new pkijs.Certificate({ version: 2, serialNumber: new asn1js.Integer({ valueHex: Uint8Array.from([1, ...randomBytes(19)]).buffer }) })
    certificate.issuer = issuer.subject
    certificate.subject = request.subject
    certificate.notBefore.value = new Date(at.getTime() - 60_000)
    certificate.notAfter.value = new Date(at.getTime() + 7 * 24 * 60 * 60 * 1000)
    certificate.subjectPublicKeyInfo = request.subjectPublicKeyInfo
    certificate.extensions = extensionsByPkijs(request, identifier)
    await certificate.sign(key, 'SHA-256')
    certificate.toSchema(true).toBER(false)
  }
}

const writePrivateKeyDer = (privateKey) => privateKey.export({ type: 'pkcs8', format: 'der' })

function extensionsByPkijs (request, authorityKeyIdentifier) {
  const asked = pkijs.Extensions.fromBER(request.attributes[0].values[0].toBER(false)).extensions
  const own = createHash('sha1').update(request.subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView).digest()
  const extension = (extnID, critical, schema) => new pkijs.Extension({ extnID, critical, extnValue: schema.toBER(false) })
  return [
    extension('2.5.29.19', true, new pkijs.BasicConstraints({ cA: false }).toSchema()),
    extension('2.5.29.15', true, new asn1js.BitString({ valueHex: Uint8Array.of(0x80).buffer, unusedBits: 7 })),
    extension('2.5.29.37', false, new pkijs.ExtKeyUsage({ keyPurposes: ['1.3.6.1.5.5.7.3.2'] }).toSchema()),
    extension('2.5.29.14', false, new asn1js.OctetString({ valueHex: own })),
    extension('2.5.29.35', false, new pkijs.AuthorityKeyIdentifier({ keyIdentifier: new asn1js.OctetString({ valueHex: authorityKeyIdentifier }) }).toSchema()),
    ...asked.filter(({ extnID }) => extnID === '2.5.29.17')
  ]
}

/** A process of `openssl x509 -req` for each; what it used is read from the clock of the processes that ended. */
function byOpenssl ({ authority, request }, folder) {
  const put = (name, text) => writeFileSync(join(folder, name), text, { mode: 0o600 })
  put('ca.cer', writePem('CERTIFICATE', authority.certificate.raw))
  put('ca.key', writePrivateKey(authority.privateKey))
  put('client.req', writePem('CERTIFICATE REQUEST', request.raw))
  const command = 'openssl x509 -req -in client.req -CA ca.cer -CAkey ca.key -copy_extensions copy -days 7 -out client.cer 2> /dev/null; times'
  return () => {
    const { status, stdout, stderr } = spawnSync('bash', ['-c', command], { cwd: folder, encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
    return secondsOf(stdout.trim().split('\n')[1]) * 1e6
  }
}

const secondsOf = (line) => line.trim().split(' ').map((time) => /(\d+)m([\d.]+)s/.exec(time)).reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0)

/** A list of 100,000 entries: seconds of CPU, and how much more memory the process takes meanwhile. */
export async function measureCertificateList (log) {
  const at = new Date()
  const store = manyRevoked(memoryStore(), 100_000, at)
  const authority = await createAuthority({ subject: 'CN=Bench CA', at, store })
  globalThis.gc()
  const before = { cpu: process.cpuUsage(), memory: process.memoryUsage().rss }
  const list = await authority.certificateList({ at, days: 7 })
  const { user, system } = process.cpuUsage(before.cpu)
  log(`wrote a list of ${list.size} entries`)
  return { entries: list.size, octets: list.raw.length, seconds: (user + system) / 1e6, mebibytes: (process.resourceUsage().maxRSS * 1024 - before.memory) / 2 ** 20 }
}

function manyRevoked (store, count, at) {
  const entries = Array.from({ length: count }, () => ({
    serialNumber: `4${randomBytes(20).toString('hex').slice(1)}`, subject: 'CN=client', notAfter: at, revocation: { at, reason: 'keyCompromise' }
  }))
  return { ...store, nextListNumber: () => store.nextListNumber(), list: async () => entries }
}
