import { createHash } from 'node:crypto'
import t from 'tap'
import * as pkijs from 'pkijs'
import {
  isCertIDOf, readCertificate, readOcspResponse, writeCertID, writeInteger, writeNull, writeObjectIdentifier, writeOcspRequest, writeOctetString, writeSequence, type Certificate
} from '../../lib/certificate/index.js'
import { mintAuthority, mintClient } from '../helpers/mint.js'
import { malformed, octets, rawCertificate } from './raw-certificate.js'
import { rawOcspResponse, rawSingle } from './raw-ocsp-response.js'

const { certificate: issuer, ...keys } = mintAuthority()
const { certificate } = mintClient({ ...keys, certificate: issuer })

const digest = (hash: string, value: Buffer) => createHash(hash).update(value).digest()

t.test('a request names one certificate by digests of its issuer', async (t) => {
  const request = writeOcspRequest({ certificate, issuer })
  const certID = writeSequence(octets('300906052b0e03021a0500'), writeOctetString(digest('sha1', issuer.subject.raw)), writeOctetString(digest('sha1', issuer.subjectPublicKey)),
    writeInteger(octets(certificate.serialNumber)))
  t.strictSame(request, writeSequence(writeSequence(writeSequence(writeSequence(certID)))))
  t.strictSame(writeCertID(certificate, issuer), certID)
})

t.test('pkijs reads a request as it was meant', async (t) => {
  const nonce = Buffer.alloc(32, 7)
  const request = pkijs.OCSPRequest.fromBER(writeOcspRequest({ certificate, issuer, nonce }))
  t.equal(request.optionalSignature, undefined)
  t.equal(request.tbsRequest.requestList.length, 1)
  const { reqCert } = request.tbsRequest.requestList[0]
  t.equal(reqCert.hashAlgorithm.algorithmId, '1.3.14.3.2.26')
  t.equal(Buffer.from(reqCert.serialNumber.valueBlock.valueHexView).toString('hex'), certificate.serialNumber)
  t.strictSame(Buffer.from(reqCert.issuerKeyHash.valueBlock.valueHexView), digest('sha1', issuer.subjectPublicKey))
  t.strictSame(request.tbsRequest.requestExtensions?.map(({ extnID, critical, extnValue }) => [extnID, critical, Buffer.from(extnValue.valueBlock.valueHexView)]),
    [['1.3.6.1.5.5.7.48.1.2', false, Buffer.concat([octets('0420'), nonce])]])
})

t.test('a nonce has 1 to 128 octets', async (t) => {
  for (const length of [1, 128]) t.ok(writeOcspRequest({ certificate, issuer, nonce: Buffer.alloc(length) }).includes(Buffer.concat([octets('04'), Buffer.from(length < 128 ? [length] : [0x81, length])])))
  for (const length of [0, 129]) t.throws(() => writeOcspRequest({ certificate, issuer, nonce: Buffer.alloc(length) }), malformed(`a nonce has 1 to 128 octets, not ${length}`))
})

const idOf = (der: Buffer) => readOcspResponse(rawOcspResponse({ responses: writeSequence(rawSingle({ certID: der })) })).basicResponse!.responses[0].certID

function certIDBy (type: string, hash: string, of: Certificate = certificate, by: Certificate = issuer): Buffer {
  return writeSequence(writeSequence(writeObjectIdentifier(type), writeNull()), writeOctetString(digest(hash, of.issuer.raw)), writeOctetString(digest(hash, by.subjectPublicKey)),
    writeInteger(octets(of.serialNumber)))
}

t.test('a CertID means one certificate of one issuer, by whatever digest', async (t) => {
  for (const [type, hash] of [['1.3.14.3.2.26', 'sha1'], ['2.16.840.1.101.3.4.2.1', 'sha256'], ['2.16.840.1.101.3.4.2.2', 'sha384'], ['2.16.840.1.101.3.4.2.3', 'sha512']]) {
    t.equal(isCertIDOf(idOf(certIDBy(type, hash)), certificate, issuer), true, hash)
  }
  t.equal(isCertIDOf(idOf(certIDBy('1.2.840.113549.2.5', 'md5')), certificate, issuer), false, 'a digest that is not known here')
  t.equal(isCertIDOf(idOf(certIDBy('2.16.840.1.101.3.4.2.1', 'sha1')), certificate, issuer), false, 'a digest that is not the one named')
})

t.test('a CertID of another certificate, issuer name or issuer key does not fit', async (t) => {
  const id = idOf(writeCertID(certificate, issuer))
  const sameName = mintAuthority()
  const otherName = mintAuthority({ subject: 'Other', keys })
  t.equal(isCertIDOf(id, certificate, issuer), true)
  t.equal(isCertIDOf(id, mintClient({ ...keys, certificate: issuer }).certificate, issuer), false, 'serial number')
  t.equal(isCertIDOf(id, certificate, sameName.certificate), false, 'key')
  t.equal(isCertIDOf(id, mintClient(otherName, { serialNumber: octets(certificate.serialNumber) }).certificate, otherName.certificate), false, 'name')
})

t.test('a negative serial number is written as it stands in the certificate', async (t) => {
  const negative = readCertificate(rawCertificate({ serialNumber: octets('0201ff') }))
  t.equal(idOf(writeCertID(negative, issuer)).serialNumber, negative.serialNumber)
  t.ok(writeCertID(negative, issuer).subarray(-3).equals(octets('0201ff')))
})
