import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import * as pkijs from 'pkijs'
import { isCertIDOf, readOcspResponse, writeOcspRequest, writeSequence, type BasicOcspResponse } from '../../lib/certificate/index.js'
import { extendedKeyUsage, mint, mintAuthority, mintClient } from '../helpers/mint.js'
import { parts } from '../helpers/parts.js'
import { octets } from './raw-certificate.js'
import { byName, certsOf, nonceOf, ocspExtensionsOf, revoked, signedOcspResponse, singleOf, timeOf, unknown } from './raw-ocsp-response.js'

const authority = mintAuthority()
const delegate = mint({ subject: 'Responder', issuer: authority, extensions: [extendedKeyUsage('OCSPSigning')] })
const client = mintClient(authority)
const at = new Date()

const ours = [
  signedOcspResponse(authority, { producedAt: timeOf(at), responses: writeSequence(singleOf(client.certificate, authority.certificate, at)) }),
  signedOcspResponse(delegate, {
    responderID: byName(delegate.certificate.subject.raw),
    producedAt: timeOf(at),
    responses: writeSequence(
      singleOf(client.certificate, authority.certificate, at, { certStatus: revoked(new Date('2026-03-01T00:00:00Z'), octets('0a0104')) }),
      singleOf(mintClient(authority).certificate, authority.certificate, at, { certStatus: unknown, nextUpdate: undefined })),
    responseExtensions: ocspExtensionsOf(nonceOf(Buffer.alloc(32, 9))),
    certs: certsOf(delegate.der)
  })
]

const hex = (octets: ArrayBuffer | Uint8Array) => Buffer.from(octets as Uint8Array).toString('hex')

const readingOf = (basic: BasicOcspResponse) => ({
  producedAt: basic.producedAt,
  responses: basic.responses.map((each) => ({
    hash: each.certID.hashAlgorithm,
    name: hex(each.certID.issuerNameHash),
    key: hex(each.certID.issuerKeyHash),
    serialNumber: each.certID.serialNumber,
    status: each.certStatus,
    thisUpdate: each.thisUpdate,
    nextUpdate: each.nextUpdate
  })),
  extensions: basic.extensions.map(({ type, value }) => [type, hex(value)]),
  certificates: basic.certificates.map(({ raw }) => hex(raw)),
  signatureAlgorithm: basic.signatureAlgorithm.algorithm,
  signature: hex(basic.signature),
  tbs: hex(basic.tbsResponseData)
})

const statuses = ['good', 'revoked', 'unknown']

/** The same by pkijs alone. */
function readingByPkijs (der: Buffer): ReturnType<typeof readingOf> {
  const response = pkijs.OCSPResponse.fromBER(der)
  const basic = pkijs.BasicOCSPResponse.fromBER(response.responseBytes!.response.valueBlock.valueHexView)
  return {
    producedAt: basic.tbsResponseData.producedAt,
    responses: basic.tbsResponseData.responses.map(({ certID, certStatus, thisUpdate, nextUpdate }) => ({
      hash: certID.hashAlgorithm.algorithmId,
      name: hex(certID.issuerNameHash.valueBlock.valueHexView),
      key: hex(certID.issuerKeyHash.valueBlock.valueHexView),
      serialNumber: hex(certID.serialNumber.valueBlock.valueHexView),
      status: statuses[certStatus.idBlock.tagNumber] as 'good',
      thisUpdate,
      nextUpdate
    })),
    extensions: (basic.tbsResponseData.responseExtensions ?? []).map(({ extnID, extnValue }) => [extnID, hex(extnValue.valueBlock.valueHexView)]),
    certificates: (basic.certs ?? []).map((each) => hex(each.toSchema(true).toBER(false))),
    signatureAlgorithm: basic.signatureAlgorithm.algorithmId,
    signature: hex(basic.signature.valueBlock.valueHexView),
    tbs: hex(basic.tbsResponseData.tbsView)
  }
}

t.test('pkijs reads the same in a response', async (t) => {
  for (const der of ours) t.strictSame(readingOf(readOcspResponse(der).basicResponse!), readingByPkijs(der))
})

function files (t: { testdir: () => string }) {
  const folder = t.testdir()
  const put = (name: string, content: string | Buffer) => writeFileSync(join(folder, name), content)
  put('ca.cer', authority.pem)
  put('client.cer', client.pem)
  const run = (...argv: string[]) => {
    const { status, stdout, stderr } = spawnSync('openssl', ['ocsp', ...argv], { cwd: folder, encoding: 'utf8' })
    return { status, stdout, stderr }
  }
  return { folder, put, run }
}

t.test('openssl verifies responses, and reads them as they were meant', { skip: parts.missing('openssl') }, async (t) => {
  const { put, run } = files(t)
  const ask = ['-issuer', 'ca.cer', '-cert', 'client.cer', '-respin', 'response.der', '-CAfile', 'ca.cer', '-no_nonce']
  put('response.der', ours[0])
  t.match(run(...ask), { status: 0, stdout: /^client\.cer: good\n/, stderr: 'Response verify OK\n' })
  put('response.der', ours[1])
  t.match(run(...ask), { status: 0, stderr: 'Response verify OK\n', stdout: /^client\.cer: revoked\n[^]*Reason: superseded\n[^]*Revocation Time: Mar {2}1 00:00:00 2026 GMT/ })
})

t.test('openssl reads a request, and we what it answers', { skip: parts.missing('openssl') }, async (t) => {
  const { put, run, folder } = files(t)
  const nonce = Buffer.alloc(32, 5)
  put('request.der', writeOcspRequest({ certificate: client.certificate, issuer: authority.certificate, nonce }))
  const { stdout } = run('-reqin', 'request.der', '-req_text')
  t.match(stdout, new RegExp(`Hash Algorithm: sha1\n[^]*Serial Number: ${client.certificate.serialNumber.toUpperCase()}\n[^]*OCSP Nonce:`))
  put('ca.key', authority.key)
  put('index.txt', `R\t300101000000Z\t260301000000Z,keyCompromise\t${client.certificate.serialNumber.toUpperCase()}\tunknown\t/CN=client\n`)
  t.match(run('-index', 'index.txt', '-CA', 'ca.cer', '-rsigner', 'ca.cer', '-rkey', 'ca.key', '-reqin', 'request.der', '-respout', 'response.der', '-ndays', '1'), { status: 0 })
  const der = readFileSync(join(folder, 'response.der'))
  const basic = readOcspResponse(der).basicResponse!
  t.strictSame(basic.nonce, nonce)
  t.strictSame(basic.responses.map(({ certStatus, revocationReason, revocationTime }) => [certStatus, revocationReason, revocationTime]), [['revoked', 'keyCompromise', new Date('2026-03-01T00:00:00Z')]])
  t.equal(basic.responses[0].certID.serialNumber, client.certificate.serialNumber)
  t.strictSame(basic.certificates.map(({ raw }) => raw), [authority.der])
  t.strictSame(readingOf(basic), readingByPkijs(der))
})

t.test('openssl makes the same CertID, by each digest', { skip: parts.missing('openssl') }, async (t) => {
  const { put, run, folder } = files(t)
  put('ca.key', authority.key)
  put('index.txt', '')
  for (const hash of ['sha1', 'sha256', 'sha384', 'sha512']) {
    run('-issuer', 'ca.cer', `-${hash}`, '-cert', 'client.cer', '-reqout', 'request.der', '-no_nonce')
    run('-index', 'index.txt', '-CA', 'ca.cer', '-rsigner', 'ca.cer', '-rkey', 'ca.key', '-reqin', 'request.der', '-respout', 'response.der')
    const [single] = readOcspResponse(readFileSync(join(folder, 'response.der'))).basicResponse!.responses
    t.equal(isCertIDOf(single.certID, client.certificate, authority.certificate), true, hash)
    if (hash === 'sha1') t.strictSame(readFileSync(join(folder, 'request.der')), writeOcspRequest({ certificate: client.certificate, issuer: authority.certificate }), 'and the same request')
  }
})
