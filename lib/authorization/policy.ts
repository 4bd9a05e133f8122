import type { AttributeName, Certificate, DistinguishedName, KeyPurposeName } from '../certificate/index.js'

/** One value, or a list that matches by any of its members. An empty list is refused. */
export type OneOrMore<Value> = Value | readonly Value[]

/** An object identifier in dotted decimal form: `2.5.4.11`. */
export type DottedIdentifier = `${number}.${string}`

/**
 * Attributes of a distinguished name, by name or dotted type; all that are given must match. A text is compared exactly
 * (case and spaces tell) with the only value of that attribute: a name in which the attribute is repeated has no
 * single value, and does not match.
 */
export type AttributePolicy =
  & { readonly [Name in AttributeName]?: OneOrMore<string> }
  & { readonly [type: DottedIdentifier]: OneOrMore<string> }

/**
 * A whole name, as a `DistinguishedName` or in the form of RFC 4514 (last relative distinguished name first), compared
 * by RFC 5280, section 7.1 (case and repeated spaces do not tell); or some of its attributes.
 */
export type NamePolicy = string | DistinguishedName | AttributePolicy

/** Fingerprints: 32 octets in hexadecimal, in either case, with or without colons. */
export interface FingerprintPolicy {
  /** SHA-256 over the certificate's DER; the same certificate with its ECDSA signature turned, as anybody can do, matches, too. */
  readonly fingerprint256?: OneOrMore<string>
  /** SHA-256 over the SubjectPublicKeyInfo: it stays when a certificate is renewed with its key. */
  readonly publicKeyFingerprint256?: OneOrMore<string>
}

/** The trust anchor at the end of the verified path: its subject as in `NamePolicy`, its fingerprints, or both. */
export type AnchorPolicy = string | DistinguishedName | (AttributePolicy & FingerprintPolicy)

/** Names of the subjectAltName extension, by type; for each type that is given, one name of that type must match. */
export interface SubjectAltNamePolicy {
  /** The local part is compared exactly, the domain without case. */
  readonly rfc822Name?: OneOrMore<string>
  /** Compared whole and without case. Wildcards are refused. */
  readonly dNSName?: OneOrMore<string>
  /**
   * Compared exactly, as `spiffe://example.org/reports`; wildcards are refused. If one of the values is a SPIFFE ID, a certificate
   * with a SPIFFE ID and another URI name does not match, beneath `not` either: an X509-SVID has exactly one URI name.
   */
  readonly uniformResourceIdentifier?: OneOrMore<string>
  /** An IPv4 or IPv6 address, in any spelling; compared as octets. Ranges are refused. */
  readonly iPAddress?: OneOrMore<string>
  readonly directoryName?: OneOrMore<NamePolicy>
  /** Dotted. */
  readonly registeredID?: OneOrMore<string>
  /** Microsoft's user principal name (an otherName), compared exactly. */
  readonly userPrincipalName?: OneOrMore<string>
  /** An internationalized mailbox (RFC 9598, an otherName): the local part is compared exactly, the domain without case. */
  readonly smtpUTF8Mailbox?: OneOrMore<string>
  /** The trust domain of the certificate's SPIFFE ID (`example.org`): matches every workload in it, `spiffe://example.org/…`. */
  readonly spiffeTrustDomain?: OneOrMore<string>
}

/**
 * Decides on a verified certificate and the request it came with. Only `true`, or a promise of it, lets in; whoever throws,
 * rejects, answers anything but a boolean, or not in time, has failed and lets nobody in.
 */
export type Predicate<Request = unknown> = (certificate: Certificate, request: Request) => boolean | Promise<boolean>

/** All keys that are given must match; at least one must be given. Unknown keys are refused. */
export interface PolicyObject<Request = unknown> extends FingerprintPolicy {
  readonly subject?: OneOrMore<NamePolicy>
  readonly issuer?: OneOrMore<NamePolicy>
  readonly anchor?: OneOrMore<AnchorPolicy>
  readonly subjectAltName?: OneOrMore<SubjectAltNamePolicy>
  /**
   * A text is hexadecimal, in either case, with `0x`, with colons or without; a bigint is the number itself. A text of decimal digits
   * alone could mean either: the form of `Certificate.serialNumber` is taken with a warning in the log, any other is refused.
   * Unique within one issuer only: one `issuer` must stand beside it.
   */
  readonly serialNumber?: OneOrMore<string | bigint>
  /** Purposes by the names of RFC 5280 (`clientAuth`) or dotted. A certificate without the extension does not match. */
  readonly extendedKeyUsage?: OneOrMore<KeyPurposeName | (string & {})>
  /** Dotted. What the certificate itself asserts; `anyPolicy` stands for itself only. */
  readonly certificatePolicies?: OneOrMore<string>
  /**
   * The trust profiles of which one has to have verified the certificate, in the order of preference; `default` is the
   * option `ca` itself, which counts where this is left out. Only at the top of a policy.
   */
  readonly trust?: OneOrMore<string>
  /** Every member must match; they are asked in order, up to the first that does not. */
  readonly allOf?: ReadonlyArray<Policy<Request>>
  /** One member must match; they are asked in order, up to the first that does. A predicate that fails is passed over. */
  readonly anyOf?: ReadonlyArray<Policy<Request>>
  /** Must not match. Where a predicate beneath fails, or a name has several values and one would match, it cannot be told, and denies. */
  readonly not?: Policy<Request>
}

/** Who may pass. */
export type Policy<Request = unknown> = PolicyObject<Request> | Predicate<Request>
