import { generateKeyPairSync, sign } from 'node:crypto'
import t from 'tap'
import { readOcspResponse, writeBitString, writeNull, writeObjectIdentifier, writeSequence, type OcspResponse } from '../../lib/certificate/index.js'
import { CertificateError } from '../../lib/errors.js'
import { ocspStatus, type OcspRules } from '../../lib/trust/ocsp.js'
import { ocspSigner } from '../../lib/trust/ocsp-signer.js'
import { extensionOf, octets } from '../certificate/raw-certificate.js'
import {
  byName, certsOf, failedOcspResponse, nextUpdateOf, ocspExtensionsOf, revoked, signedOcspResponse, singleOf, timeOf, unknown, type RawResponseFields, type RawSingle
} from '../certificate/raw-ocsp-response.js'
import { basicConstraints, extendedKeyUsage, keyUsage, mint, mintAuthority, mintClient, newKeys, type Minted, type MintOptions } from '../helpers/mint.js'
import { extension, rsa } from './scene.js'

const at = new Date(Math.floor(Date.now() / 1000) * 1000)
const minute = 60_000
const hour = 60 * minute
const after = (milliseconds: number) => new Date(at.getTime() + milliseconds)

const authority = mintAuthority()
const client = mintClient(authority)
const noCheck = extension('1.3.6.1.5.5.7.48.1.5', writeNull(), false)
const delegated = [extendedKeyUsage('OCSPSigning'), keyUsage('digitalSignature')]
const mintDelegate = (options: MintOptions = {}): Minted => mint({ subject: 'Responder', issuer: authority, extensions: delegated, ...options })
const delegate = mintDelegate()

interface Scene extends Partial<RawSingle> { signer?: Minted, fields?: Partial<RawResponseFields> }

/** What the CA, or whoever signs, says of the client; a delegate's certificate goes along. */
function response ({ signer = authority, fields, ...single }: Scene = {}): OcspResponse {
  return readOcspResponse(signedOcspResponse(signer, {
    producedAt: timeOf(at),
    responses: writeSequence(singleOf(client.certificate, authority.certificate, at, single)),
    ...(signer === authority ? {} : { certs: certsOf(signer.der) }),
    ...fields
  }))
}

const judge = (responses: OcspResponse[], rules: OcspRules = {}, instant = at) => {
  const found = ocspStatus(client.certificate, authority.certificate, responses, instant, rules)
  return found.status === undefined ? found.problem : found.status
}

t.test('a response by the issuer tells the status of the certificate, and until when', async (t) => {
  const found = ocspStatus(client.certificate, authority.certificate, [response()], at)
  t.equal(found.status, 'good')
  t.equal(found.status === 'good' && found.end, at.getTime() + hour)
  t.equal(found.status === 'good' && found.response.certID.serialNumber, client.certificate.serialNumber)
  t.equal(judge([response({ certStatus: unknown })]), 'unknown')
  t.equal(judge([response({ certStatus: revoked(after(-hour), octets('0a0101')) })]), 'revoked')
  t.equal(judge([response({ fields: { responderID: byName(authority.certificate.subject.raw) } })]), 'good', 'a responder by its name')
})

t.test('without a response nothing is told', async (t) => {
  t.strictSame(ocspStatus(client.certificate, authority.certificate, [], at), { status: undefined, problem: undefined })
  t.equal(judge([readOcspResponse(failedOcspResponse(3))]), 'the responder said tryLater')
})

t.test('a response about another certificate tells nothing', async (t) => {
  const other = mintClient(authority)
  t.equal(judge([response({ fields: { responses: writeSequence(singleOf(other.certificate, authority.certificate, at)) } })]), undefined)
  t.equal(judge([response({ fields: { responses: writeSequence() } })]), undefined)
  const both = response({ fields: { responses: writeSequence(singleOf(other.certificate, authority.certificate, at, { certStatus: revoked(at) }), singleOf(client.certificate, authority.certificate, at)) } })
  t.equal(judge([both]), 'good', 'beside another')
})

t.test('a response by a CA of the same name and another key tells nothing', async (t) => {
  const impostor = mintAuthority()
  t.equal(judge([response({ signer: impostor, fields: { certs: undefined } })]), 'the response is not to be trusted: it names a signer whose certificate is not sent along')
  t.equal(judge([response({ signer: impostor, fields: { certs: undefined, responderID: byName(authority.certificate.subject.raw) } })]),
    'the response is not to be trusted: the signature is not by the key of the responder that it names')
  t.equal(judge([response({ signer: impostor })]), 'the response is not to be trusted: the certificate of its signer is not for signing OCSP responses (OCSPSigning)')
})

t.test('one changed bit of what was signed is seen', async (t) => {
  const { raw, basicResponse } = response()
  const changed = Buffer.from(raw)
  changed[changed.indexOf(basicResponse!.tbsResponseData) + basicResponse!.tbsResponseData.indexOf(octets('8000'))] = 0x82
  t.equal(readOcspResponse(changed).basicResponse!.responses[0].certStatus, 'unknown')
  t.equal(judge([readOcspResponse(changed)]), 'the response is not to be trusted: the signature is not by the key of the responder that it names')
})

t.test('a delegate of the issuer may sign', async (t) => {
  t.equal(judge([response({ signer: delegate })]), 'good')
  t.equal(judge([response({ signer: delegate, fields: { responderID: byName(delegate.certificate.subject.raw) } })]), 'good', 'by its name')
  t.equal(judge([response({ signer: delegate, fields: { certs: certsOf(mintDelegate().der, client.der, delegate.der), responderID: byName(delegate.certificate.subject.raw) } })]), 'good', 'among others')
  t.equal(judge([response({ signer: mintDelegate({ extensions: [extendedKeyUsage('OCSPSigning')] }) })]), 'good', 'without keyUsage')
  t.equal(judge([response({ signer: mintDelegate({ extensions: [extendedKeyUsage('OCSPSigning'), keyUsage('nonRepudiation')] }) })]), 'good')
  t.equal(judge([response({ signer: mintDelegate({ extensions: [...delegated, basicConstraints(false), { ...noCheck, critical: true }] }) })]), 'good', 'with critical extensions that are understood')
  t.equal(judge([response({ signer: mintDelegate({ subject: 'Test CA' }) })]), 'good', 'under the name of the issuer')
})

t.test('who is no delegate of the issuer may not', async (t) => {
  const other = mintAuthority({ subject: 'Other CA' })
  const sameName = mintAuthority()
  const intermediate = mintAuthority({ subject: 'Below', issuer: authority })
  const because = (reason: string) => `the response is not to be trusted: the certificate of its signer ${reason}`
  const cases: Array<[Minted, string]> = [
    [mintDelegate({ extensions: [keyUsage('digitalSignature')] }), 'is not for signing OCSP responses (OCSPSigning)'],
    [mintDelegate({ extensions: [extendedKeyUsage('anyExtendedKeyUsage', 'clientAuth')] }), 'is not for signing OCSP responses (OCSPSigning)'],
    [mintDelegate({ extensions: [extendedKeyUsage('OCSPSigning'), keyUsage('keyEncipherment', 'keyCertSign')] }), 'has a keyUsage without digitalSignature'],
    [mintDelegate({ extensions: [...delegated, extension('1.2.3', writeNull())] }), 'has the critical extension 1.2.3, which is not understood here'],
    [mintDelegate({ issuer: other }), 'is not issued by the issuer of the certificate that was asked about'],
    [mintDelegate({ issuer: intermediate }), 'is not issued by the issuer of the certificate that was asked about'],
    [mintDelegate({ issuer: sameName }), 'is not good: the signature is not by the key of the issuer'],
    [mintDelegate({ issuer: undefined, issuerName: authority.certificate.subject.raw }), 'is not good: the signature is not by the key of the issuer']
  ]
  for (const [signer, reason] of cases) t.equal(judge([response({ signer })]), because(reason), reason)
  t.equal(judge([response({ signer: client })]), because('is not for signing OCSP responses (OCSPSigning)'), 'the client itself')
})

t.test('a delegate has to have signed what it is named for', async (t) => {
  t.equal(judge([response({ signer: delegate, fields: { signature: writeBitString(octets('3006020101020101')) } })]), 'the response is not to be trusted: the signature is not by the key of the responder that it names')
  t.equal(judge([response({ signer: delegate, fields: { certs: undefined } })]), 'the response is not to be trusted: it names a signer whose certificate is not sent along')
  t.equal(judge([response({ signer: delegate, fields: { certs: certsOf(mintDelegate().der) } })]), 'the response is not to be trusted: it names a signer whose certificate is not sent along')
})

t.test('only the first four certificates that could be the signer\'s are looked at', async (t) => {
  const others = Array.from({ length: 4 }, () => mintDelegate().der)
  const named = (certificates: Buffer[]) => judge([response({ signer: delegate, fields: { responderID: byName(delegate.certificate.subject.raw), certs: certsOf(...certificates) } })])
  t.equal(named([...others.slice(1), delegate.der]), 'good')
  t.equal(named([...others, delegate.der]), 'the response is not to be trusted: the signature is not by the key of the responder that it names')
})

t.test('a delegate\'s certificate has to be current', async (t) => {
  const expiring = response({ signer: mintDelegate({ notAfter: after(10 * minute) }), nextUpdate: nextUpdateOf(after(2 * hour)) })
  const found = ocspStatus(client.certificate, authority.certificate, [expiring], at)
  t.equal(found.status === 'good' && found.signerUntil, at.getTime() + 10 * minute + 999, 'and the answer counts no longer')
  t.equal(judge([expiring], {}, after(11 * minute)), 'the response is not to be trusted: the certificate of its signer is not current')
  t.equal(judge([response({ signer: mintDelegate({ notBefore: after(hour) }) })]), 'the response is not to be trusted: the certificate of its signer is not current')
  const renewed = { keys: { publicKey: delegate.publicKey, privateKey: delegate.privateKey } }
  const two = [mintDelegate({ ...renewed, notAfter: after(-hour) }), mintDelegate(renewed)]
  t.equal(judge([response({ signer: two[0], fields: { certs: certsOf(...two.map(({ der }) => der)) } })]), 'good', 'one of two')
})

t.test('a delegate that is known to be revoked may not sign, unless it need not be looked up', async (t) => {
  const asked: string[] = []
  const isRevoked = ({ serialNumber }: { serialNumber: string }) => { asked.push(serialNumber); return true }
  t.equal(judge([response({ signer: delegate })], { isRevoked }), 'the response is not to be trusted: the certificate of its signer is revoked')
  t.strictSame(asked, [delegate.certificate.serialNumber])
  t.equal(judge([response({ signer: mintDelegate({ extensions: [...delegated, noCheck] }) })], { isRevoked }), 'good')
  t.equal(judge([response()], { isRevoked }), 'good', 'the issuer')
  t.equal(asked.length, 1)
})

t.test('weak signatures and keys prove nothing', async (t) => {
  const keys = generateKeyPairSync('rsa', { modulusLength: 1024 })
  t.equal(judge([response({ signer: mintDelegate({ keys }) })]), 'the response is not to be trusted: the certificate of its signer is not good: the RSA key has 1024 bits, fewer than 2048')
  t.equal(judge([response({ signer: mintDelegate({ keys: newKeys('secp160r1') }) })]), 'the response is not to be trusted: the certificate of its signer is not good: the EC key has 161 bits, fewer than 224')
  const strong = generateKeyPairSync('rsa', { modulusLength: 2048 })
  t.equal(judge([response({ signer: mintDelegate({ keys: strong }) })]), 'good')
  const { basicResponse } = response({ signer: mintDelegate({ keys: strong }) })
  const signature = writeBitString(sign('sha1', basicResponse!.tbsResponseData, strong.privateKey))
  t.equal(judge([response({ signer: mintDelegate({ keys: strong }), fields: { signatureAlgorithm: rsa(5), signature } })]), 'the response is not to be trusted: a signature with sha1 is not accepted')
  t.equal(judge([response({ fields: { signatureAlgorithm: writeSequence(writeObjectIdentifier('1.2.3')) } })]), 'the response is not to be trusted: the signature algorithm 1.2.3 is not known here')
  t.equal(judge([response({ fields: { signatureAlgorithm: writeSequence(writeObjectIdentifier('1.2.840.113549.1.1.10'), octets('0500')) } })]),
    'the response is not to be trusted: RSASSA-PSS-params has tag 0x5, not 0x30, at octet 0')
})

t.test('a response from the future tells nothing, but for five minutes', async (t) => {
  t.equal(judge([response({ thisUpdate: timeOf(after(5 * minute)) })]), 'good')
  t.equal(judge([response({ thisUpdate: timeOf(after(5 * minute + 1000)) })]), `the response is from the future: ${after(5 * minute + 1000).toISOString()}`)
  t.equal(judge([response({ fields: { producedAt: timeOf(after(hour)) } })]), `the response is from the future: ${after(hour).toISOString()}`)
})

t.test('a response ends at its nextUpdate, and after the greatest age', async (t) => {
  const until = (scene: Scene, rules: OcspRules = {}) => {
    const found = ocspStatus(client.certificate, authority.certificate, [response(scene)], at, rules)
    return found.status === undefined ? found.problem : (found.end - at.getTime()) / minute
  }
  t.equal(until({}), 60)
  t.equal(until({ nextUpdate: nextUpdateOf(after(-30_000)) }), -0.5, 'one that has ended says when')
  t.equal(until({}, { maxAge: 10 * minute }), 9, 'thisUpdate was a minute ago')
  t.equal(until({}, { maxAge: 1000 * minute }), 60)
  t.equal(until({ nextUpdate: undefined }), 59)
  t.equal(until({ nextUpdate: undefined }, { maxAge: 1000 * minute }), 999)
  t.equal(until({ nextUpdate: undefined }, { maxAge: 0 }), -1)
})

t.test('critical extensions that are not understood refuse a response', async (t) => {
  const critical = ocspExtensionsOf(extensionOf('1.2.3', octets('0500'), octets('0101ff')))
  const problem = 'the response has a critical extension that is not understood here'
  t.equal(judge([response({ singleExtensions: critical })]), problem)
  t.equal(judge([response({ fields: { responseExtensions: critical } })]), problem)
  t.equal(judge([response({ singleExtensions: ocspExtensionsOf(extensionOf('1.2.3', octets('0500'))) })]), 'good')
})

t.test('of several responses the latest tells, but a revocation for good always does', async (t) => {
  const earlier = { thisUpdate: timeOf(after(-hour)) }
  const held = revoked(after(-hour), octets('0a0106'))
  const compromised = revoked(after(-hour), octets('0a0101'))
  const cases: Array<[Scene, Scene, string]> = [
    [{}, { ...earlier, certStatus: unknown }, 'good'],
    [{ ...earlier }, { certStatus: unknown }, 'unknown'],
    [{ ...earlier }, { certStatus: held }, 'revoked'],
    [{ ...earlier, certStatus: held }, {}, 'good'],
    [{ ...earlier, certStatus: compromised }, {}, 'revoked'],
    [{ ...earlier, certStatus: revoked(after(-hour)) }, {}, 'revoked'],
    [{}, { certStatus: held }, 'revoked'],
    [{}, { certStatus: unknown }, 'unknown'],
    [{ certStatus: unknown }, { certStatus: held }, 'revoked']
  ]
  for (const [one, two, status] of cases) {
    t.equal(judge([response(one), response(two)]), status)
    t.equal(judge([response(two), response(one)]), status)
    const singles = [one, two].map((each) => singleOf(client.certificate, authority.certificate, at, each))
    t.equal(judge([response({ fields: { responses: writeSequence(...singles) } })]), status, 'in one response')
  }
})

t.test('a response that does not count does not keep another from counting', async (t) => {
  const forged = response({ certStatus: revoked(at), fields: { signature: writeBitString(octets('3006020101020101')) } })
  t.equal(judge([forged, response()]), 'good')
  t.equal(judge([readOcspResponse(failedOcspResponse(6)), forged]), 'the responder said unauthorized', 'the first problem is told')
})

t.test('a response of a certificate that this issuer did not issue is not looked at by another key', async (t) => {
  const other = mintAuthority({ keys: newKeys() })
  t.strictSame(ocspStatus(client.certificate, other.certificate, [response()], at), { status: undefined, problem: undefined })
})

t.test('the signer of a response is asked once for each issuer, then remembered', async (t) => {
  const { basicResponse } = response({ signer: delegate })
  const first = ocspSigner(basicResponse!, authority.certificate)
  t.equal(first.isIssuer, false)
  t.strictSame(first.delegates.map(({ subject }) => subject.commonName), ['Responder'])
  t.equal(ocspSigner(basicResponse!, authority.certificate), first)
  const other = ocspSigner(basicResponse!, mintAuthority().certificate)
  t.not(other, first)
  t.strictSame(other.delegates, [])
})

t.test('whatever octet of a response is changed, it tells nothing', async (t) => {
  const outcomes = new Map<string, number>()
  for (const signer of [authority, delegate]) {
    const { raw } = response({ signer, certStatus: revoked(after(-hour), octets('0a0101')) })
    for (let index = 0; index < raw.length; index++) {
      for (const value of [raw[index] ^ 0x01, raw[index] ^ 0x02, raw[index] ^ 0x80]) {
        const changed = Buffer.from(raw)
        changed[index] = value
        const outcome = outcomeOf(changed)
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      }
    }
  }
  t.strictSame([...outcomes.keys()].sort(), ['not read', 'undefined'])
  t.ok(outcomes.get('not read')! > 500 && outcomes.get('undefined')! > 500, JSON.stringify([...outcomes]))
})

function outcomeOf (der: Buffer): string {
  try {
    return `${ocspStatus(client.certificate, authority.certificate, [readOcspResponse(der)], at).status}`
  } catch (error) {
    if (error instanceof CertificateError) return 'not read'
    throw error
  }
}
