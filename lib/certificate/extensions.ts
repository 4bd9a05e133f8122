import { contents, contextTag, expect, Fields, malformed, readBoolean, readInteger, readMembers, readNamedBits, readObjectIdentifier, readSmallInteger, readWhole, tags, type Element } from './der.js'
import { generalNames, type GeneralName } from './general-name.js'
import { keyPurposeNames, type KeyPurposeName } from './object-identifiers.js'

/** An extension as it stands in the certificate (RFC 5280, section 4.2). */
export interface Extension {
  /** Its type, dotted. */
  readonly type: string
  readonly critical: boolean
  /** The DER of its value: what is inside the OCTET STRING. */
  readonly value: Buffer
}

/** The bits of RFC 5280, section 4.2.1.3, in order. */
export const keyUsageNames = [
  'digitalSignature', 'nonRepudiation', 'keyEncipherment', 'dataEncipherment', 'keyAgreement', 'keyCertSign', 'cRLSign', 'encipherOnly', 'decipherOnly'
] as const

export type KeyUsage = typeof keyUsageNames[number]

export interface BasicConstraints {
  readonly cA: boolean
  /** How many non-self-issued intermediates may follow; `undefined` says that there is no limit. */
  readonly pathLenConstraint: number | undefined
}

export interface AuthorityKeyIdentifier {
  readonly keyIdentifier: Buffer | undefined
  readonly authorityCertIssuer: readonly GeneralName[] | undefined
  /** Lower-case hexadecimal. */
  readonly authorityCertSerialNumber: string | undefined
}

export function readExtensions (element: Element): readonly Extension[] {
  const types = new Set<string>()
  return readMembers(element, 'Extensions', (each) => {
    const found = extension(each)
    if (types.has(found.type)) throw malformed(`the extension ${found.type} stands twice`, each.start)
    types.add(found.type)
    return found
  }, mostExtensions)
}

// Certificates in use have some ten; a stranger's are read before anything is verified.
const mostExtensions = 128

function extension (element: Element): Extension {
  const fields = new Fields(expect(element, tags.sequence, 'Extension'), 'Extension')
  const type = readObjectIdentifier(fields.take(tags.objectIdentifier, 'extnID'))
  const criticality = fields.optional(tags.boolean)
  // A FALSE that is written out is not DER, yet many CAs write it and every reader takes it.
  const critical = criticality !== undefined && readBoolean(criticality)
  const value = contents(fields.take(tags.octetString, 'extnValue'))
  fields.end()
  return Object.freeze({ type, critical, value })
}

export function readKeyUsage (value: Buffer): readonly KeyUsage[] {
  const bits = readNamedBits(readWhole(value, tags.bitString, 'keyUsage'))
  // Bits that no RFC names yet grant nothing here.
  return Object.freeze(bits.filter((bit) => bit < keyUsageNames.length).map((bit) => keyUsageNames[bit]))
}

export function readExtendedKeyUsage (value: Buffer): ReadonlyArray<KeyPurposeName | (string & {})> {
  return readMembers(readWhole(value, tags.sequence, 'extendedKeyUsage'), 'extendedKeyUsage', keyPurpose, mostPurposes)
}

// Windows' own CAs write some 50 where they write every one.
const mostPurposes = 128

function keyPurpose (element: Element): KeyPurposeName | (string & {}) {
  const type = readObjectIdentifier(expect(element, tags.objectIdentifier, 'KeyPurposeId'))
  return keyPurposeNames.get(type) ?? type
}

export function readBasicConstraints (value: Buffer): BasicConstraints {
  const fields = new Fields(readWhole(value, tags.sequence, 'basicConstraints'), 'basicConstraints')
  const cA = fields.optional(tags.boolean)
  const length = fields.optional(tags.integer)
  fields.end()
  return Object.freeze({
    cA: cA !== undefined && readBoolean(cA),
    pathLenConstraint: length && readSmallInteger(length, 'pathLenConstraint')
  })
}

export const readSubjectKeyIdentifier = (value: Buffer): Buffer => contents(readWhole(value, tags.octetString, 'subjectKeyIdentifier'))

/** Its `keyIdentifier` alone: by what issuers are looked for, before anything is verified. */
export function readIssuerKeyIdentifier (value: Buffer): Buffer | undefined {
  const found = new Fields(readWhole(value, tags.sequence, 'authorityKeyIdentifier'), 'authorityKeyIdentifier').optional(contextTag(0))
  return found && contents(found)
}

export function readAuthorityKeyIdentifier (value: Buffer): AuthorityKeyIdentifier {
  const fields = new Fields(readWhole(value, tags.sequence, 'authorityKeyIdentifier'), 'authorityKeyIdentifier')
  const keyIdentifier = fields.optional(contextTag(0))
  const issuer = fields.optional(contextTag(1, true))
  const serialNumber = fields.optional(contextTag(2))
  fields.end()
  return Object.freeze({
    keyIdentifier: keyIdentifier && contents(keyIdentifier),
    authorityCertIssuer: issuer && generalNames(issuer, 'authorityCertIssuer'),
    authorityCertSerialNumber: serialNumber && serialNumberText(readInteger(serialNumber))
  })
}

/** A serial number in lower-case hexadecimal, without a sign octet; a negative one has a minus sign. */
export function serialNumberText (integer: Buffer): string {
  if (integer[0] >= 0x80) return `-${(-BigInt.asIntN(integer.length * 8, BigInt(`0x${integer.toString('hex')}`))).toString(16)}`
  return integer.toString('hex', integer[0] === 0 && integer.length > 1 ? 1 : 0)
}

export function readGeneralNames (value: Buffer, what: string): readonly GeneralName[] {
  return generalNames(readWhole(value, tags.sequence, what), what)
}

/**
 * The names of a subjectAltName or issuerAltName. RFC 5280 wants one at the least, but OpenSSL writes an empty SEQUENCE where
 * its configuration says `email:copy` and there is no mailbox: it names nobody. Whether such a certificate is good enough is
 * decided where its path is verified.
 */
export function readAlternativeNames (value: Buffer, what: string): readonly GeneralName[] {
  const element = readWhole(value, tags.sequence, what)
  return element.from === element.end ? noNames : generalNames(element, what)
}

const noNames: readonly GeneralName[] = Object.freeze([])
