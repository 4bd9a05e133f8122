import t from 'tap'
import { cRLNumberExtension, readCertificateList, readOcspResponse, writeBitString, writeSequence, type CertificateList, type EntryToWrite, type OcspResponse } from '../../lib/certificate/index.js'
import { pathStatus, type RevocationOptions, type StatusSources } from '../../lib/trust/index.js'
import { octets } from '../certificate/raw-certificate.js'
import { signedList } from '../certificate/raw-certificate-list.js'
import { certsOf, nextUpdateOf, revoked, signedOcspResponse, singleOf, timeOf, unknown, type RawResponseFields, type RawSingle } from '../certificate/raw-ocsp-response.js'
import { extendedKeyUsage, mint, mintAuthority, mintClient, type Minted } from '../helpers/mint.js'

const at = new Date(Math.floor(Date.now() / 1000) * 1000)
const minute = 60_000
const hour = 60 * minute
const after = (milliseconds: number) => new Date(at.getTime() + milliseconds)

const root = mintAuthority({ subject: 'Root' })
const authority = mintAuthority({ issuer: root })
const client = mintClient(authority)
const delegate = mint({ subject: 'Responder', issuer: authority, extensions: [extendedKeyUsage('OCSPSigning')] })
const path = [client, authority, root].map(({ certificate }) => certificate)

interface Scene extends Partial<RawSingle> { of?: Minted, issuer?: Minted, signer?: Minted, fields?: Partial<RawResponseFields> }

const response = ({ of = client, issuer = authority, signer = issuer, fields, ...single }: Scene = {}): OcspResponse => readOcspResponse(signedOcspResponse(signer, {
  producedAt: timeOf(at),
  responses: writeSequence(singleOf(of.certificate, issuer.certificate, at, single)),
  ...(signer === issuer ? {} : { certs: certsOf(signer.der) }),
  ...fields
}))

const list = (issuer: Minted, revoked: readonly EntryToWrite[] = [], nextUpdate = after(2 * hour)): CertificateList => readCertificateList(signedList({
  privateKey: issuer.privateKey, issuer: issuer.certificate.subject.raw, thisUpdate: after(-hour), nextUpdate, revoked, extensions: [cRLNumberExtension(1n)]
}))

const entry = ({ certificate }: Minted): EntryToWrite => ({ serialNumber: certificate.serialNumber, revocationDate: after(-hour) })

/** Until when the leaf's status is good, in minutes from now; or what it breaks. */
function judge (ocspResponses: OcspResponse[] | undefined, certificateLists: CertificateList[] = [], options: RevocationOptions = {}, sources: Partial<StatusSources> = {}): number | [number, string, string] {
  const found = pathStatus(path, at, { certificateLists, certificates: [], ocspResponses, ...sources }, { depth: 'end-entity', ...options })
  return found.broken === undefined ? (found.until - at.getTime()) / minute : [found.depth, found.broken.rule, found.broken.problem]
}

const noList = 'no certificate list that tells of it is known (issuer CN=Test CA)'
const unknownBecause = (problem: string) => [0, 'STATUS_UNKNOWN', `whether the certificate is revoked is not known: ${problem}`]

t.test('a good response is enough, until its nextUpdate', async (t) => {
  t.equal(judge([response()]), 60)
  t.equal(judge([response()], [list(authority)]), 60, 'also where a list tells it for longer')
  t.equal(judge([response()], [], {}, { ocspMaxAge: 10 * minute }), 9)
})

t.test('who is revoked by a response is revoked', async (t) => {
  const compromised = response({ certStatus: revoked(after(-hour), octets('0a0101')) })
  const problem = `the certificate was revoked at ${after(-hour).toISOString()} (keyCompromise) by OCSP`
  t.strictSame(judge([compromised]), [0, 'REVOKED', problem])
  t.strictSame(judge([compromised], [list(authority)]), [0, 'REVOKED', problem], 'whatever a list says')
  t.strictSame(judge([compromised], [], { whenUnknown: 'accept', whenStale: 'accept' }), [0, 'REVOKED', problem])
  const stale = response({ certStatus: revoked(after(-hour)), thisUpdate: timeOf(after(-2 * hour)), nextUpdate: nextUpdateOf(after(-hour)) })
  t.strictSame(judge([stale]), [0, 'REVOKED', `the certificate was revoked at ${after(-hour).toISOString()} by OCSP`], 'also where the response is over')
})

t.test('who is revoked by a list is revoked, whatever a response says', async (t) => {
  t.strictSame(judge([response()], [list(authority, [entry(client)])]), [0, 'REVOKED', `the certificate was revoked at ${after(-hour).toISOString()}`])
})

t.test('whom the responder does not know is unknown, unless a list tells', async (t) => {
  const answer = response({ certStatus: unknown })
  t.strictSame(judge([answer]), unknownBecause(`the OCSP responder does not know it, and ${noList}`))
  t.equal(judge([answer], [list(authority)]), 120)
  t.equal(judge([answer], [], { whenUnknown: 'accept' }), Infinity)
})

t.test('a response that is over is stale', async (t) => {
  const over = response({ thisUpdate: timeOf(after(-2 * hour)), nextUpdate: nextUpdateOf(after(-hour)) })
  t.strictSame(judge([over]), unknownBecause(`the OCSP response is over since ${after(-hour).toISOString()}, and ${noList}`))
  t.equal(judge([over], [list(authority)]), 120, 'and a list may tell')
  t.equal(judge([over], [], { whenStale: 'accept' }), Infinity)
  t.equal(judge([over], [], { whenStale: 'accept', gracePeriod: 90 * minute }), 30)
  t.strictSame(judge([over], [], { whenStale: 'accept', gracePeriod: 30 * minute }), unknownBecause(`the OCSP response is over since ${after(-hour).toISOString()}, and ${noList}`))
})

t.test('a response that does not count tells why, and a list may tell the status', async (t) => {
  const forged = response({ fields: { signature: writeBitString(octets('3006020101020101')) } })
  t.strictSame(judge([forged]), unknownBecause(`the response is not to be trusted: the signature is not by the key of the responder that it names, and ${noList}`))
  t.equal(judge([forged], [list(authority)]), 120)
})

t.test('without a response, or with one about others, the lists alone tell', async (t) => {
  for (const responses of [undefined, [], [response({ of: mintClient(authority) })]]) {
    t.strictSame(judge(responses), unknownBecause(responses?.length === 0 ? `there is no OCSP response, and ${noList}` : noList))
    t.equal(judge(responses, [list(authority)]), 120)
  }
})

t.test('each certificate of a path may have a response of its own', async (t) => {
  const above = response({ of: authority, issuer: root, nextUpdate: nextUpdateOf(after(30 * minute)) })
  t.equal(judge([response(), above], [], { depth: 'path' }), 30)
  t.equal(judge([response()], [list(root)], { depth: 'path' }), 60)
  t.strictSame(judge([response()], [], { depth: 'path' }), [1, 'STATUS_UNKNOWN', 'whether the certificate is revoked is not known: no certificate list that tells of it is known (issuer CN=Root)'])
  t.strictSame(judge([response(), response({ of: authority, issuer: root, certStatus: revoked(at) })], [], { depth: 'path' }), [1, 'REVOKED', `the certificate was revoked at ${at.toISOString()} by OCSP`])
})

t.test('a delegate that a list revokes tells nothing', async (t) => {
  const delegated = response({ signer: delegate })
  t.equal(judge([delegated]), 60)
  t.equal(judge([delegated], [list(authority)]), 60)
  t.equal(judge([delegated], [list(authority, [entry(delegate)])]), 120, 'and the list tells the status')
  const staleList = list(authority, [entry(delegate)], after(-minute))
  t.match(judge([delegated], [staleList]), [0, 'STATUS_UNKNOWN', /^whether the certificate is revoked is not known: the response is not to be trusted: the certificate of its signer is revoked, and /])
})

t.test('what a delegate says ends with its certificate', async (t) => {
  const shortLived = mint({ subject: 'Responder', issuer: authority, extensions: [extendedKeyUsage('OCSPSigning')], notAfter: after(10 * minute) })
  t.equal(judge([response({ signer: shortLived })]), 10 + 999 / minute)
  const over = response({ signer: shortLived, thisUpdate: timeOf(after(-2 * hour)), nextUpdate: nextUpdateOf(after(-hour)) })
  t.equal(judge([over], [], { whenStale: 'accept' }), 10 + 999 / minute, 'also where it is stale')
})
