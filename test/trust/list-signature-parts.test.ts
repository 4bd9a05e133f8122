import t from 'tap'
import { constants, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import {
  readCertificateList, tags, write, writeCertificateList, writeDistinguishedName, writeInteger, writeNull, writeObjectIdentifier, writeSequence, writeTbsCertificateList, type CertificateList
} from '../../lib/certificate/index.js'
import { confirmListSignature, isListSignedBy } from '../../lib/trust/index.js'
import { signedList } from '../certificate/raw-certificate-list.js'
import { mintAuthority, newKeys } from '../helpers/mint.js'

// More than is handed over to the thread pool.
const revoked = Array.from({ length: 50_000 }, (_, index) => ({ serialNumber: (0x40000000 + index).toString(16), revocationDate: new Date(0) }))
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const great = (privateKey: KeyObject) => signedList({ privateKey, revoked })

t.test('the signature of a great list is verified part by part, and the event loop goes on meanwhile', async (t) => {
  for (const keys of [newKeys(), newKeys('P-384'), rsa]) {
    const { certificate, privateKey } = mintAuthority({ keys })
    const list = readCertificateList(great(privateKey))
    t.ok(list.tbsCertificateList.length > 1024 * 1024)
    let turns = 0
    const count = () => { turns++; loop = setImmediate(count) }
    let loop = setImmediate(count)
    t.equal(await confirmListSignature(list, certificate), true, String(keys.publicKey.asymmetricKeyType))
    clearImmediate(loop)
    t.ok(turns >= 2, `${turns} turns`)
    t.equal(isListSignedBy(list, certificate), true, 'remembered')
  }
})

t.test('a great list that was changed anywhere, or that another key signed, is refused', async (t) => {
  const { certificate, privateKey } = mintAuthority()
  const der = great(privateKey)
  t.equal(await confirmListSignature(readCertificateList(der), mintAuthority().certificate), false)
  for (const place of [der.indexOf(Buffer.from('40000003', 'hex')), der.indexOf(Buffer.from((0x40000000 + 49_999).toString(16), 'hex')), der.length - 1]) {
    const changed = Buffer.from(der)
    changed[place + 1 < der.length ? place + 3 : place] ^= 1
    t.equal(await confirmListSignature(readCertificateList(changed), certificate), false, `octet ${place}`)
  }
})

t.test('Ed25519, which signs all octets at once, and an RSASSA-PSS key that does not fit', async (t) => {
  const edwards = mintAuthority({ keys: generateKeyPairSync('ed25519') })
  t.equal(await confirmListSignature(readCertificateList(great(edwards.privateKey)), edwards.certificate), true)
  const strict = mintAuthority({ keys: { ...generateKeyPairSync('rsa-pss', { modulusLength: 2048, hashAlgorithm: 'sha512', mgf1HashAlgorithm: 'sha512', saltLength: 64 as unknown as string }) }, issuer: mintAuthority() })
  t.equal(await confirmListSignature(pssList(rsa.privateKey), mintAuthority({ keys: rsa }).certificate), true)
  t.equal(await confirmListSignature(pssList(rsa.privateKey), strict.certificate), false)
})

function pssList (key: KeyObject): CertificateList {
  const sha256 = writeSequence(writeObjectIdentifier('2.16.840.1.101.3.4.2.1'), writeNull())
  const mask = writeSequence(writeObjectIdentifier('1.2.840.113549.1.1.8'), sha256)
  const identifier = writeSequence(writeObjectIdentifier('1.2.840.113549.1.1.10'), write(tags.sequence, write(0xa0, sha256), write(0xa1, mask), write(0xa2, writeInteger(32))))
  const tbs = writeTbsCertificateList({
    signatureAlgorithm: identifier, issuer: writeDistinguishedName([[['commonName', 'Test CA']]]), thisUpdate: new Date(0), nextUpdate: new Date(1000), revoked, extensions: []
  })
  return readCertificateList(writeCertificateList(tbs, identifier, sign('sha256', tbs, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 })))
}
