import type { Certificate, CertificateList } from '../certificate/index.js'
import type { Algorithms, Choice, Purpose } from './circumstances.js'
import type { RevocationOptions } from './revocation.js'

/**
 * A certificate, or one or several of them as PEM, or one as DER; of trust anchors also a PKCS #7, and DER with zero bytes or a
 * line break behind it.
 */
export type CertificateInput = Certificate | string | Uint8Array

/** A certificate list, or one or several of them as PEM, or one as DER. */
export type CertificateListInput = CertificateList | string | Uint8Array

/** What `verifyCertificationPath` is asked. */
export interface PathOptions {
  /** The leaf: exactly one. */
  readonly certificate: CertificateInput
  /** What may stand between the leaf and an anchor; not trusted for being here. Default none. One that cannot be read (of a PEM text: with all in it) is passed over. */
  readonly intermediates?: readonly CertificateInput[]
  /** Whom to trust. Self-signed ones are anchors; others serve as intermediates, unless `partialPath` is set. */
  readonly trustAnchors: readonly CertificateInput[]
  /** The instant that all validity periods are held against. */
  readonly at: Date
  /** What the leaf is to be used for. */
  readonly purpose: Purpose
  /** Whether a path may end at any certificate of `trustAnchors`, also at one that is not self-signed. Default false. */
  readonly partialPath?: boolean
  /** How many intermediates a path may have; self-issued ones do not count. Default: as many as the limit of 10 certificates leaves. */
  readonly maxPathLength?: number
  /** Which keys and signatures are strong enough. */
  readonly algorithms?: Algorithms
  /**
   * `accept`: the path is good even though the leaf is outside its own validity period, which the caller then has to look
   * at (`certificate.isValidAt`); those above it have to be current all the same. Default `reject`.
   */
  readonly whenLeafNotCurrent?: Choice
  /** What becomes of a leaf whose extendedKeyUsage names `anyExtendedKeyUsage`, and not the purpose. Default `reject`. A CA's is accepted. */
  readonly whenAnyExtendedKeyUsage?: Choice
  /** What becomes of a leaf that has no extendedKeyUsage. Default `accept`: RFC 5280 takes it for restricted to nothing. A CA's is accepted. */
  readonly whenNoExtendedKeyUsage?: Choice
  /**
   * What becomes of certificates that are good by the algorithm of RFC 5280, section 6, but not as its section 4 has them: key
   * identifiers that only one of a certificate and its issuer has, basicConstraints of a trust anchor that are not
   * critical, a dNSName of the leaf that is no host name, an alternative name extension without a name; and, unless `revocation` says otherwise, of certificate lists
   * without a number. Default `reject`; small CAs may want `accept`.
   */
  readonly whenNotConforming?: Choice
  /** Which policies are good enough, dotted; to be of effect, one has to be required by `requireExplicitPolicy` or by a CA. Default any. */
  readonly initialPolicySet?: Iterable<string>
  /** Whether a policy of `initialPolicySet` has to be valid for the whole path. Default false: only where a CA of the path requires it. */
  readonly requireExplicitPolicy?: boolean
  /** Whether policies are what they are called, whatever CAs of the path map them to. Default false. */
  readonly inhibitPolicyMapping?: boolean
  /** Whether anyPolicy in certificates stands for no policy. Default false. */
  readonly inhibitAnyPolicy?: boolean
  /** What is known of revocation. Without it nothing is said of revocation: a revoked certificate has a good path. */
  readonly certificateLists?: readonly CertificateListInput[]
  /** How `certificateLists` are judged by; not without them. */
  readonly revocation?: RevocationOptions
}
