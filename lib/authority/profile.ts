import type { KeyObject } from 'node:crypto'
import { AuthorityError } from '../errors.js'
import {
  authorityKeyIdentifierExtension, basicConstraintsExtension, extendedKeyUsageExtension, keyIdentifierOf, keyUsageExtension, subjectAltNameExtension,
  subjectKeyIdentifierExtension, type DistinguishedName, type Extension, type GeneralNameText, type KeyPurposeName, type KeyUsage
} from '../certificate/index.js'
import { reworded } from './reworded.js'

/** What a certificate is for: to be shown by a client, or by a server. */
export type Profile = 'client' | 'server'

export const purposes: Readonly<Record<Profile, KeyPurposeName>> = { client: 'clientAuth', server: 'serverAuth' }

export function checkProfile (profile: Profile): void {
  if (!Object.hasOwn(purposes, profile)) throw new AuthorityError(`profile ${JSON.stringify(profile)} is none of ${Object.keys(purposes).join(', ')}`)
}

/**
 * The subjectAltName extension of these names, if there are any: critical where the subject is empty.
 * @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: a name that its type cannot hold, no name at all, or a server without a name to be called by
 */
export function alternativeNames (profile: Profile, subject: DistinguishedName, names: readonly GeneralNameText[] = []): readonly Extension[] {
  const isNameless = subject.attributes.length === 0
  if (isNameless && names.length === 0) throw new AuthorityError('subject is empty, and there is no subjectAltName instead')
  // RFC 9525, section 2: a server is known by these alone; its common name is not looked at.
  if (profile === 'server' && !names.some(({ type }) => type === 'dNSName' || type === 'iPAddress')) {
    throw new AuthorityError('subjectAltName of a server has neither a dNSName nor an iPAddress')
  }
  return names.length === 0 ? [] : [alternativeName(names, isNameless)]
}

const alternativeName = (names: readonly GeneralNameText[], critical: boolean): Extension =>
  reworded('subjectAltName', () => subjectAltNameExtension(names, critical))

/** What a key of this profile is for. */
export function keyUsagesOf (profile: Profile, publicKey: KeyObject): readonly KeyUsage[] {
  // TLS 1.2 without forward secrecy sends a secret to the RSA key of the server (RFC 5246, section 7.4.2).
  return profile === 'server' && publicKey.asymmetricKeyType === 'rsa' ? ['digitalSignature', 'keyEncipherment'] : ['digitalSignature']
}

/** The extensions of a certificate that is no CA, as RFC 5280 wants them, its alternative names aside. */
export function leafExtensions (profile: Profile, publicKey: KeyObject, subjectPublicKeyInfo: Buffer, authorityKeyIdentifier: Buffer): readonly Extension[] {
  return [
    basicConstraintsExtension(false),
    keyUsageExtension(...keyUsagesOf(profile, publicKey)),
    extendedKeyUsageExtension(purposes[profile]),
    subjectKeyIdentifierExtension(keyIdentifierOf(subjectPublicKeyInfo)),
    authorityKeyIdentifierExtension(authorityKeyIdentifier)
  ]
}

/**
 * The extensions of a certificate authority. A root has no authorityKeyIdentifier, which would be its own (RFC 5280,
 * section 4.2.1.1).
 */
export function authorityExtensions (subjectPublicKeyInfo: Buffer, pathLength: number | undefined, authorityKeyIdentifier?: Buffer): readonly Extension[] {
  return [
    basicConstraintsExtension(true, pathLength),
    keyUsageExtension('keyCertSign', 'cRLSign'),
    subjectKeyIdentifierExtension(keyIdentifierOf(subjectPublicKeyInfo)),
    ...(authorityKeyIdentifier === undefined ? [] : [authorityKeyIdentifierExtension(authorityKeyIdentifier)])
  ]
}
