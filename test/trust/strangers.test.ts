import t from 'tap'
import { contextTag, extensionTypes, readPresentedCertificate, write, writeSequence } from '../../lib/certificate/index.js'
import { verifyCertificationPath, type PathOptions } from '../../lib/trust/index.js'
import { basicConstraints, keyUsage, mint, mintAuthority, mintClient, newKeys, type MintOptions } from '../helpers/mint.js'

// What may be long is malformed here: it is refused for it only where it was decoded.
const broken = Buffer.from('ff', 'hex')
const long = ['subjectAltName', 'issuerAltName', 'nameConstraints', 'certificatePolicies', 'policyMappings', 'cRLDistributionPoints', 'authorityInfoAccess'] as const
const authority = mintAuthority()

const verify = (certificate: Buffer, intermediates: readonly Buffer[] = [], options: Partial<PathOptions> = {}) =>
  verifyCertificationPath({ certificate: readPresentedCertificate(certificate), intermediates, trustAnchors: [authority.certificate], at: new Date(), purpose: 'clientAuth', whenNotConforming: 'accept', ...options })

/** The DER alone: a certificate with broken extensions cannot be read as a whole. */
const derOf = (options: MintOptions): Buffer => mint({ ...options, read: readPresentedCertificate }).der

for (const name of long) {
  t.test(`${name} is not decoded before the path has come to a root`, async (t) => {
    const extensions = [{ type: extensionTypes[name], critical: false, value: broken }]
    const ca = [basicConstraints(true), ...extensions]
    const stranger = mintAuthority()
    t.throws(() => verify(derOf({ issuer: stranger, extensions: ca })), { code: 'ERR_CERTIFICATION_PATH_SIGNATURE' })
    t.throws(() => verify(derOf({ issuerName: mint({ subject: 'nobody' }).certificate.subject.raw, extensions: ca })), { code: 'ERR_CERTIFICATION_PATH_NO_ISSUER' })
    t.throws(() => verify(derOf({ issuer: authority, extensions: ca })), { code: 'ERR_CERTIFICATION_PATH_MALFORMED', depth: 0 })
    const intermediate = mint({ subject: 'intermediate', issuer: authority, extensions: ca, read: readPresentedCertificate })
    t.throws(() => verify(mintClient(intermediate).der, [intermediate.der]), { code: 'ERR_CERTIFICATION_PATH_MALFORMED', depth: 1 })
  })
}

t.test('name constraints are looked at once the path has come to a root', async (t) => {
  const constraints = { type: extensionTypes.nameConstraints, critical: true, value: writeSequence(write(contextTag(1, true), writeSequence(write(contextTag(2), Buffer.from('evil.example'))))) }
  const names = { type: extensionTypes.subjectAltName, critical: false, value: writeSequence(write(contextTag(2), Buffer.from('evil.example'))) }
  const own = mint({ subject: 'intermediate', keys: newKeys(), issuerName: mint({ subject: 'nobody' }).certificate.subject.raw, extensions: [basicConstraints(true), keyUsage('keyCertSign'), constraints] })
  t.throws(() => verify(mint({ issuer: own, extensions: [names] }).der, [own.der]), { code: 'ERR_CERTIFICATION_PATH_NO_ISSUER' })
  const signed = mint({ subject: 'intermediate', issuer: authority, extensions: [basicConstraints(true), keyUsage('keyCertSign'), constraints] })
  t.throws(() => verify(mint({ issuer: signed, extensions: [names] }).der, [signed.der]), { code: 'ERR_CERTIFICATION_PATH_NAME_CONSTRAINTS', message: /the dNSName evil\.example is excluded by CN=intermediate/ })
})

t.test('errors have no more than some 1,000 bytes, whatever the names are', async (t) => {
  const subject = 'a'.repeat(30_000)
  const issuer = mint({ subject })
  for (const certificate of [issuer.der, mint({ subject: '\u00ad'.repeat(10_000), issuer }).der]) {
    t.throws(() => verify(certificate), { code: 'ERR_CERTIFICATION_PATH_NO_ISSUER', message: /more characters\)/ })
    try {
      verify(certificate)
    } catch (error) {
      t.ok(Buffer.byteLength(JSON.stringify((error as Error).message)) < 1000)
    }
  }
})
