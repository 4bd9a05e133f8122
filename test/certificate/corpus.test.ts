import { X509Certificate } from 'node:crypto'
import t, { type Test } from 'tap'
import { extensionTypes, keyPurposes, readCertificate, type Certificate } from '../../lib/certificate/index.js'
import { parts } from '../helpers/parts.js'
import { corpusOfOpenssl } from './corpus-of-openssl.js'
import { corpusOfPkijs, type Specimen } from './corpus-of-pkijs.js'
import { readingByPkijs } from './reading-by-pkijs.js'
import { readingOf } from './reading.js'

/** Our reading, pkijs's and Node's agree on every field that each of them has. */
function agreesWithOthers (t: Test, { title, der }: Specimen): void {
  const certificate = readCertificate(der)
  t.strictSame(readingOf(certificate), readingByPkijs(der), title)
  t.strictSame(readingLikeNode(certificate), readingByNode(new X509Certificate(der)), title)
}

function readingByNode (certificate: X509Certificate) {
  const { serialNumber, fingerprint256, validFrom, validTo, ca, keyUsage, publicKey } = certificate
  return {
    // OpenSSL writes zero with one digit.
    serialNumber: serialNumber.toLowerCase().padStart(2, '0'),
    fingerprint256,
    validity: [new Date(validFrom), new Date(validTo)],
    ca,
    purposes: keyUsage,
    key: publicKey.export({ type: 'spki', format: 'der' }).toString('hex')
  }
}

function readingLikeNode (certificate: Certificate) {
  const { basicConstraints, keyUsage, extendedKeyUsage, validity, fingerprint256, subjectPublicKeyInfo } = certificate
  return {
    serialNumber: certificate.serialNumber,
    fingerprint256,
    validity: [validity.notBefore, validity.notAfter],
    ca: basicConstraints?.cA === true && (keyUsage === undefined || keyUsage.includes('keyCertSign')),
    purposes: extendedKeyUsage?.map((name) => keyPurposes[name as keyof typeof keyPurposes] ?? name),
    key: subjectPublicKeyInfo.toString('hex')
  }
}

/** Which extensions were decoded, and which versions and types of strings were seen. */
function kindsOf (corpus: readonly Specimen[]) {
  const certificates = corpus.map(({ der }) => readCertificate(der))
  const decoded = certificates.flatMap((each) => readingOf(each).extensions).filter((each) => each.decoded !== undefined).map(({ type }) => type)
  return {
    extensions: [...new Set(decoded)].sort(),
    versions: [...new Set(certificates.map(({ version }) => version))].sort(),
    stringTypes: [...new Set(certificates.flatMap(({ subject }) => subject.attributes.map(({ stringType }) => stringType)))].sort()
  }
}

const everyKind = {
  extensions: Object.values<string>(extensionTypes).sort(),
  versions: [1, 3],
  stringTypes: ['bmpString', 'ia5String', 'printableString', 'teletexString', 'utf8String']
}

t.test('over certificates that pkijs wrote, all readings agree', async (t) => {
  const corpus = corpusOfPkijs()
  t.ok(corpus.length >= 200, `${corpus.length} certificates`)
  for (const specimen of corpus) agreesWithOthers(t, specimen)
  t.strictSame(kindsOf(corpus), { ...everyKind, stringTypes: [...everyKind.stringTypes, 'universalString', undefined].sort() })
})

t.test('over certificates that openssl wrote, all readings agree', { skip: parts.missing('openssl') }, async (t) => {
  const corpus = corpusOfOpenssl(t.testdir())
  t.equal(corpus.length, 120)
  for (const specimen of corpus) agreesWithOthers(t, specimen)
  t.strictSame(kindsOf(corpus), everyKind)
})
