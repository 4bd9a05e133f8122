import type { CertificationPathError, PathRule } from '../errors.js'

/** What a person can do about a rule that a path broke: other things, where a CA above the leaf broke it. */

export type LeafRule = Exclude<PathRule, 'NOT_A_CA' | 'PATH_LENGTH'>

const algorithms = 'RSA, ECDSA on a named curve, Ed25519 or Ed448, as fits the key of its issuer'
const keys = 'an RSA key of 2048 bits or more, an EC key on P-256 or a larger curve, or an Ed25519 key'
const anotherKey = 'a CA of the same name but with another key signed it: compare the fingerprints of that CA here and at the client'
const limits = 'docs/path-validation.md lists the limits: an RSA key must not be larger than they allow, and a client must send only the certificates of its own path'
const notTheClient = 'the certificate of a CA is at fault, not the client\'s'
const reissueCa = `${notTheClient}: issue the CA certificate again`

export const leafHints: Readonly<Record<LeafRule, string>> = {
  NO_ISSUER: 'if a CA that you trust signed it by way of an intermediate, the client must send that intermediate, or it belongs in the option ca; ' +
    'if another CA signed it, or it is self-signed, it is trusted only once that CA, or the certificate itself, is in ca',
  SIGNATURE: anotherKey,
  SIGNATURE_ALGORITHM: `issue the certificate again, signed by a supported algorithm: ${algorithms}`,
  WEAK_SIGNATURE: 'issue the certificate again, signed with SHA-256 or better',
  WEAK_KEY: `make ${keys}, and issue a certificate for it`,
  EXPIRED: 'renew the certificate, and check the clocks of both sides',
  NOT_YET_VALID: 'check the clocks of both sides',
  KEY_USAGE: 'issue the certificate again, with keyUsage digitalSignature and without keyCertSign',
  EXTENDED_KEY_USAGE: 'the certificate is for another purpose: issue one with the extendedKeyUsage that the reason names',
  NAME_CONSTRAINTS: 'a CA of the path may not sign for this name: issue a certificate for names that the CA\'s nameConstraints permit',
  CERTIFICATE_POLICY: 'a CA of the path requires a certificate policy: issue a certificate that asserts a policy which all CAs above it allow',
  CRITICAL_EXTENSION: 'issue the certificate again, without this extension, or with it not critical',
  REVOKED: 'the client needs a new certificate',
  STATUS_UNKNOWN: 'check that the CRL of the issuer is configured and current, or that its OCSP responder answers',
  LIMIT: limits,
  MALFORMED: 'the certificate breaks a rule of X.509: correct what issues such certificates, and issue it again'
}

export const authorityHints: Readonly<Record<PathRule, string>> = {
  NO_ISSUER: 'the chain ends at a CA that is not trusted here: put its root into the option ca if you trust it; a missing intermediate must be sent by the client, or be in ca',
  SIGNATURE: anotherKey,
  SIGNATURE_ALGORITHM: `${reissueCa}, signed by a supported algorithm: ${algorithms}`,
  WEAK_SIGNATURE: `${reissueCa}, signed with SHA-256 or better`,
  WEAK_KEY: `${notTheClient}: the CA needs ${keys}, a new certificate for it, and must issue its certificates again`,
  EXPIRED: `${notTheClient}: renew the CA certificate, and where the option ca has it, replace it there`,
  NOT_YET_VALID: `${notTheClient}: check the clock of this server, and when the CA certificate begins`,
  NOT_A_CA: 'only a certificate with basicConstraints CA:TRUE can sign others: have a CA sign the certificate below it',
  PATH_LENGTH: 'a CA allows fewer CAs below it than this path has: raise its pathLenConstraint, or have a CA nearer to the root sign the client\'s certificate',
  KEY_USAGE: `${reissueCa}, with keyUsage keyCertSign`,
  EXTENDED_KEY_USAGE: `${reissueCa}, without extendedKeyUsage, or with the purpose that the reason names`,
  NAME_CONSTRAINTS: 'a CA above this one may not sign for its names: issue the CA certificate again, for names that nameConstraints permit',
  CERTIFICATE_POLICY: `${reissueCa}, with a policy that the CAs above it allow`,
  CRITICAL_EXTENSION: `${reissueCa}, without this extension, or with it not critical`,
  REVOKED: 'a CA of the path was revoked: the client needs a certificate of another CA',
  STATUS_UNKNOWN: 'check that the CRL of the CA above this one is configured and current; OCSP is not asked about CAs',
  LIMIT: limits,
  MALFORMED: `${reissueCa}: it breaks a rule of X.509`
}

/** For logs and the command; nothing is decided on it. */
export const pathHint = ({ rule, depth }: Pick<CertificationPathError, 'rule' | 'depth'>): string =>
  depth === 0 ? leafHints[rule as LeafRule] : authorityHints[rule]
