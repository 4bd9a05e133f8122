import t from 'tap'
import {
  contextTag, maxOcspResponseOctets, OcspResponse, readCertificate, readOcspResponse, tags, write, writeBitString, writeInteger, writeObjectIdentifier, writeOctetString, writeSequence
} from '../../lib/certificate/index.js'
import { mint, mintAuthority, mintClient } from '../helpers/mint.js'
import { commonName, extensionOf, malformed, octets } from './raw-certificate.js'
import {
  byKey, byName, certsOf, failedOcspResponse, good, nextUpdateOf, nonceOf, ocspExtensionsOf, rawOcspResponse, rawSingle, revoked, signedOcspResponse, singleOf, timeOf,
  unknown, type RawSingle
} from './raw-ocsp-response.js'

const critical = octets('0101ff')
const responsesOf = (...singles: Buffer[]) => rawOcspResponse({ responses: writeSequence(...singles) })
const read = (der: Uint8Array) => readOcspResponse(der).basicResponse!
const only = (changes: Partial<RawSingle>) => read(responsesOf(rawSingle(changes))).responses[0]

t.test('a response tells who signed it, when, and what of which certificate', async (t) => {
  const authority = mintAuthority()
  const delegate = mint({ subject: 'Responder', issuer: authority })
  const client = mintClient(authority)
  const at = new Date('2026-05-05T05:05:05Z')
  const der = signedOcspResponse(delegate, {
    producedAt: timeOf(at),
    responses: writeSequence(singleOf(client.certificate, authority.certificate, at), rawSingle({ certStatus: revoked('20260301000000Z', octets('0a0101')), nextUpdate: undefined })),
    responseExtensions: ocspExtensionsOf(nonceOf(octets('0102'))),
    certs: certsOf(delegate.der, authority.der)
  })
  const response = readOcspResponse(der)
  t.ok(response instanceof OcspResponse)
  t.equal(response.raw, der)
  t.equal(response.responseStatus, 'successful')
  const basic = response.basicResponse!
  t.equal(basic.responderID.type, 'byKey')
  t.strictSame(basic.producedAt, at)
  t.strictSame(basic.nonce, octets('0102'))
  t.strictSame(basic.extensions.map(({ type, critical }) => [type, critical]), [['1.3.6.1.5.5.7.48.1.2', false]])
  t.equal(basic.hasUnknownCriticalExtension, false)
  t.strictSame(basic.certificates.map(({ subject }) => subject.commonName), ['Responder', 'Test CA'])
  t.equal(basic.signatureAlgorithm.algorithm, '1.2.840.10045.4.3.2')
  t.equal(basic.tbsResponseData[0], tags.sequence)
  t.not(der.indexOf(basic.tbsResponseData), -1)
  t.not(der.indexOf(basic.signature), -1)
  const [one, two] = basic.responses
  t.strictSame([one.certStatus, one.revocationTime, one.revocationReason], ['good', undefined, undefined])
  t.strictSame(one.thisUpdate, new Date('2026-05-05T05:04:05Z'))
  t.strictSame(one.nextUpdate, new Date('2026-05-05T06:05:05Z'))
  t.strictSame([one.certID.hashAlgorithm, one.certID.serialNumber, one.certID.issuerKeyHash.length], ['1.3.14.3.2.26', client.certificate.serialNumber, 20])
  t.strictSame([two.certStatus, two.revocationTime, two.revocationReason, two.nextUpdate], ['revoked', new Date('2026-03-01T00:00:00Z'), 'keyCompromise', undefined])
  t.strictSame({ ...two.certID }, { hashAlgorithm: '1.3.14.3.2.26', issuerNameHash: Buffer.alloc(20, 1), issuerKeyHash: Buffer.alloc(20, 2), serialNumber: '1234' })
})

t.test('each status of a certificate is read', async (t) => {
  t.equal(only({ certStatus: good }).certStatus, 'good')
  t.equal(only({ certStatus: unknown }).certStatus, 'unknown')
  const plainly = only({ certStatus: revoked('20260301000000Z') })
  t.strictSame([plainly.certStatus, plainly.revocationReason, plainly.revocationTime], ['revoked', undefined, new Date('2026-03-01T00:00:00Z')])
  t.equal(only({ certStatus: revoked('20260301000000Z', octets('0a0107')) }).revocationReason, 'unspecified', 'a number without a name')
})

t.test('a responder that does not answer says why', async (t) => {
  for (const [status, name] of [[1, 'malformedRequest'], [2, 'internalError'], [3, 'tryLater'], [5, 'sigRequired'], [6, 'unauthorized']] as const) {
    const response = readOcspResponse(failedOcspResponse(status))
    t.strictSame([response.responseStatus, response.basicResponse], [name, undefined])
    t.strictSame(JSON.parse(JSON.stringify(response)), { responseStatus: name })
  }
  for (const status of [4, 7, 0x80]) t.throws(() => readOcspResponse(failedOcspResponse(status)), malformed('responseStatus is none of RFC 6960 at octet 2'))
  t.throws(() => readOcspResponse(failedOcspResponse(0)), malformed('OCSPResponse.responseBytes is missing at octet 5'))
  t.throws(() => readOcspResponse(rawOcspResponse({ responseStatus: octets('0a0103') })), malformed(/^OCSPResponse has a field too many at octet \d+$/))
})

t.test('a signer is told by name or by key', async (t) => {
  const name = read(rawOcspResponse({ responderID: byName(commonName('Responder')) })).responderID
  t.equal(name.type === 'byName' && name.value.commonName, 'Responder')
  const { certificate } = mint()
  const key = read(rawOcspResponse({ responderID: byKey(certificate) })).responderID
  t.equal(key.type === 'byKey' && key.value.length, 20)
})

t.test('what a response may leave out is undefined, or empty', async (t) => {
  const basic = read(rawOcspResponse())
  t.strictSame([basic.nonce, basic.extensions, basic.certificates], [undefined, [], []])
  t.equal(basic.hasUnknownCriticalExtension, false)
  t.strictSame(basic.responses[0].extensions, [])
  t.equal(basic.responses[0].hasUnknownCriticalExtension, false)
})

t.test('critical extensions that are not understood are told', async (t) => {
  const foreign = (...critical: Buffer[]) => ocspExtensionsOf(extensionOf('1.2.3', octets('0500'), ...critical))
  t.equal(read(rawOcspResponse({ responseExtensions: foreign(critical) })).hasUnknownCriticalExtension, true)
  t.equal(read(rawOcspResponse({ responseExtensions: foreign() })).hasUnknownCriticalExtension, false)
  const criticalNonce = extensionOf('1.3.6.1.5.5.7.48.1.2', octets('040101'), critical)
  t.equal(read(rawOcspResponse({ responseExtensions: ocspExtensionsOf(criticalNonce) })).hasUnknownCriticalExtension, false, 'one that is understood')
  t.equal(only({ singleExtensions: foreign(critical) }).hasUnknownCriticalExtension, true)
  t.equal(only({ singleExtensions: foreign() }).hasUnknownCriticalExtension, false)
})

t.test('version 1 may be written out, and there is no other', async (t) => {
  const version = (number: number) => write(contextTag(0, true), writeInteger(number))
  t.equal(read(rawOcspResponse({ version: version(0) })).responses.length, 1)
  t.throws(() => readOcspResponse(rawOcspResponse({ version: version(1) })), malformed(/^OCSP response has version 2 at octet \d+$/))
})

t.test('an answer of another type is not supported', async (t) => {
  t.throws(() => readOcspResponse(rawOcspResponse({ responseType: writeObjectIdentifier('1.2.3') })),
    { name: 'CertificateError', code: 'ERR_CERTIFICATE_UNSUPPORTED', message: 'the OCSP response is of type 1.2.3, not id-pkix-ocsp-basic' })
})

t.test('each field of a wrong form refuses the response', async (t) => {
  const utcTime = write(tags.utcTime, Buffer.from('260101000000Z'))
  const single = (changes: Partial<RawSingle>) => responsesOf(rawSingle(changes))
  const wrong: Array<[Buffer, RegExp]> = [
    [Buffer.alloc(0), /^DER ends inside a header at octet 0$/],
    [octets('3000'), /^OCSPResponse\.responseStatus is missing at octet 2$/],
    [octets('30040a020003'), /^responseStatus is none of RFC 6960 at octet 2$/],
    [Buffer.concat([rawOcspResponse(), octets('00')]), /^OCSPResponse has octets behind its end/],
    [rawOcspResponse().subarray(0, -1), /^DER element is longer than what holds it at octet 0$/],
    [mint().der, /^OCSPResponse\.responseStatus has tag 0x30, not 0xa/],
    [rawOcspResponse({ more: octets('0500') }), /^BasicOCSPResponse has a field too many/],
    [rawOcspResponse({ signature: octets('030101') }), /^BIT STRING does not hold whole octets/],
    [rawOcspResponse({ certs: certsOf(octets('3000')) }), /^Certificate\.tbsCertificate is missing/],
    [rawOcspResponse({ responderID: write(contextTag(3, true), commonName('a')) }), /^ResponderID has tag 0xa3/],
    [rawOcspResponse({ responderID: byName(commonName('a\0b')) }), /NUL/],
    [rawOcspResponse({ responderID: write(contextTag(2, true), octets('0500')) }), /^byKey has tag 0x5, not 0x4/],
    [rawOcspResponse({ producedAt: utcTime }), /^producedAt has tag 0x17, not 0x18/],
    [rawOcspResponse({ producedAt: timeOf('20260101000000.5Z') }), /^Time is neither/],
    [rawOcspResponse({ responseExtensions: octets('a1023000') }), /^Extensions is empty/],
    [rawOcspResponse({ responseExtensions: ocspExtensionsOf(nonceOf(octets('01')), nonceOf(octets('01'))) }), /^the extension 1\.3\.6\.1\.5\.5\.7\.48\.1\.2 stands twice/],
    [rawOcspResponse({ responseExtensions: ocspExtensionsOf(extensionOf('1.3.6.1.5.5.7.48.1.2', octets('0102'))) }), /^DER element is longer|^nonce has tag/],
    [responsesOf(octets('0500')), /^SingleResponse has tag 0x5, not 0x30/],
    [single({ certStatus: octets('8300') }), /^CertStatus has tag 0x83/],
    [single({ certStatus: octets('800100') }), /^the status good is not empty/],
    [single({ certStatus: octets('820100') }), /^the status unknown is not empty/],
    [single({ certStatus: octets('a100') }), /^RevokedInfo\.revocationTime is missing/],
    [single({ certStatus: write(contextTag(1, true), utcTime) }), /^revocationTime has tag 0x17, not 0x18/],
    [single({ certStatus: revoked('20260101000000Z', octets('020101')) }), /^reasonCode has tag 0x2, not 0xa/],
    [single({ thisUpdate: utcTime }), /^thisUpdate has tag 0x17, not 0x18/],
    [single({ nextUpdate: write(contextTag(0, true), utcTime) }), /^nextUpdate has tag 0x17, not 0x18/],
    [single({ nextUpdate: nextUpdateOf('20261301000000Z') }), /^Time is not a date of the calendar/],
    [single({ singleExtensions: octets('a20430020500') }), /^SingleResponse has a field too many/],
    [single({ certID: writeSequence() }), /^CertID\.hashAlgorithm is missing/],
    [single({ certID: writeSequence(writeSequence(octets('06022a03')), writeOctetString(octets('01')), writeOctetString(octets('01')), octets('02020001')) }), /^INTEGER is not minimal/]
  ]
  for (const [der, message] of wrong) t.throws(() => readOcspResponse(der), malformed(message), `${message}`)
})

t.test('a response has at most 65536 octets', async (t) => {
  t.equal(maxOcspResponseOctets, 65_536)
  t.throws(() => readOcspResponse(Buffer.alloc(65_537)), malformed('OCSP response has 65537 octets, more than 65536'))
  const padded = rawOcspResponse({ signature: writeBitString(Buffer.alloc(65_000)) })
  t.equal(read(padded).signature.length, 65_000)
})

t.test('a response is frozen', async (t) => {
  const response = readOcspResponse(rawOcspResponse({ responseExtensions: ocspExtensionsOf(nonceOf(octets('01'))), certs: certsOf(mint().der) }))
  const basic = response.basicResponse!
  const [single] = basic.responses
  for (const each of [response, basic, basic.responses, basic.extensions, basic.certificates, basic.responderID, single, single.certID, single.extensions]) t.ok(Object.isFrozen(each))
  for (const date of [basic.producedAt, single.thisUpdate, single.nextUpdate!]) date.setTime(0)
  for (const date of [basic.producedAt, single.thisUpdate, single.nextUpdate!]) t.not(date.getTime(), 0)
})

t.test('in JSON a response is what a log may say of it', async (t) => {
  t.strictSame(JSON.parse(JSON.stringify(readOcspResponse(rawOcspResponse()))), {
    responseStatus: 'successful',
    producedAt: '2026-01-01T00:01:00.000Z',
    responses: [{ serialNumber: '1234', certStatus: 'good', thisUpdate: '2026-01-01T00:00:00.000Z', nextUpdate: '2026-01-02T00:00:00.000Z' }]
  })
  t.strictSame(JSON.parse(JSON.stringify(readOcspResponse(responsesOf(rawSingle({ nextUpdate: undefined }))))).responses, [
    { serialNumber: '1234', certStatus: 'good', thisUpdate: '2026-01-01T00:00:00.000Z' }
  ])
})

t.test('octets are read where they lie', async (t) => {
  const view = new Uint8Array(Buffer.concat([octets('ffff'), rawOcspResponse({ certs: certsOf(mint().der) }), octets('ff')])).subarray(2, -1)
  const response = readOcspResponse(view)
  t.equal(response.raw.buffer, view.buffer)
  t.strictSame(readCertificate(response.basicResponse!.certificates[0].raw).subject.commonName, 'subject')
})
