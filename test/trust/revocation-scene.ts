import { sign, type KeyObject } from 'node:crypto'
import {
  authorityKeyIdentifierExtension, contextTag, extensionTypes, keyIdentifierOf, readCertificateList, revocationReasons, signatureAlgorithmOf, subjectKeyIdentifierExtension, tags, write, writeBitString, writeBoolean, writeDistinguishedName, writeInteger, writeNamedBits, writeSequence, writeTime,
  writeObjectIdentifier, type Certificate, type CertificateList, type Extension, type RevocationReason
} from '../../lib/certificate/index.js'
import { basicConstraints, extendedKeyUsage, keyUsage, mint, mintAuthority, mintClient, newKeys, type Minted, type MintOptions } from '../helpers/mint.js'
import { extensionOf } from '../certificate/raw-certificate.js'
import { extension } from './scene.js'

/** When paths are judged, and what is around it. */
export const now = new Date('2030-06-15T12:00:00Z')
export const period = { notBefore: new Date('2030-01-01T00:00:00Z'), notAfter: new Date('2030-12-31T23:59:59Z') }
export const lastWeek = new Date('2030-06-08T12:00:00Z')
export const yesterday = new Date('2030-06-14T12:00:00Z')
export const tomorrow = new Date('2030-06-16T12:00:00Z')
export const nextWeek = new Date('2030-06-22T12:00:00Z')

// By these OpenSSL tells the keys of one name apart; here they tell only which is tried first.
function withIdentifiers (options: MintOptions, extensions: readonly Extension[]): MintOptions {
  const keys = options.keys ?? newKeys()
  const ofIssuer = options.issuer === undefined ? [] : [authorityKeyIdentifierExtension(identifierOf(options.issuer.publicKey))]
  return { ...period, ...options, keys, extensions: [...options.extensions ?? extensions, subjectKeyIdentifierExtension(identifierOf(keys.publicKey)), ...ofIssuer] }
}

const identifierOf = (key: KeyObject): Buffer => keyIdentifierOf(key.export({ type: 'spki', format: 'der' }))

export const authority = (subject: MintOptions['subject'], options: MintOptions = {}): Minted =>
  mintAuthority({ subject, ...withIdentifiers(options, [basicConstraints(true), keyUsage('keyCertSign', 'cRLSign')]) })

/** `extensions` are those that it has beside. */
export const client = (issuer: Minted, { extensions = [], ...options }: MintOptions = {}): Minted =>
  mintClient(issuer, withIdentifiers({ issuer, ...options }, [basicConstraints(false), keyUsage('digitalSignature'), extendedKeyUsage('clientAuth'), ...extensions]))

/** Whoever signs lists and no certificates. */
export const listSigner = (subject: MintOptions['subject'], issuer: Minted, options: MintOptions = {}): Minted =>
  mint({ subject, ...withIdentifiers({ issuer, ...options }, [basicConstraints(false), keyUsage('cRLSign')]) })

interface EntryOptions {
  revocationDate?: Date
  reason?: RevocationReason
  /** The name of the issuer, for this entry and those behind it. */
  certificateIssuer?: Buffer
  extensions?: readonly Buffer[]
}

/** An entry of a list for the certificate. */
export function entryFor ({ serialNumber }: Certificate, { revocationDate = lastWeek, reason, certificateIssuer, extensions = [] }: EntryOptions = {}): Buffer {
  const all = [
    ...extensions,
    ...reason === undefined ? [] : [extensionOf('2.5.29.21', write(tags.enumerated, Buffer.from([revocationReasons[reason]])))],
    ...certificateIssuer === undefined ? [] : [extensionOf('2.5.29.29', writeSequence(directoryName(certificateIssuer)), writeBoolean(true))]
  ]
  return writeSequence(writeInteger(Buffer.from(serialNumber, 'hex')), writeTime(revocationDate), ...(all.length === 0 ? [] : [writeSequence(...all)]))
}

interface ListOptions {
  entries?: readonly Buffer[]
  /** Default 1; `null` is none. */
  number?: number | null
  thisUpdate?: Date
  nextUpdate?: Date | null
  /** The number of the list that it is a delta to. */
  base?: number
  issuerName?: Buffer
  extensions?: readonly Extension[]
}

/** A list that the key of `signer` signs. */
export function listOf (signer: Minted, { entries = [], number = 1, thisUpdate = yesterday, nextUpdate = tomorrow, base, issuerName, extensions = [] }: ListOptions = {}): CertificateList {
  const { identifier, hash } = signatureAlgorithmOf(signer.privateKey)
  const isNamed = extensions.some(({ type }) => type === extensionTypes.authorityKeyIdentifier)
  const all = [
    ...isNamed ? [] : [authorityKeyIdentifierExtension(identifierOf(signer.publicKey))],
    ...number === null ? [] : [extension('2.5.29.20', writeInteger(number), false)],
    ...base === undefined ? [] : [extension('2.5.29.27', writeInteger(base))],
    ...extensions
  ]
  const tbs = writeSequence(
    writeInteger(1), identifier, issuerName ?? signer.certificate.subject.raw, writeTime(thisUpdate),
    ...nextUpdate === null ? [] : [writeTime(nextUpdate)],
    ...entries.length === 0 ? [] : [writeSequence(...entries)],
    ...all.length === 0 ? [] : [write(contextTag(0, true), writeSequence(...all.map(({ type, value, critical }) => extensionOf(type, value, critical ? writeBoolean(true) : undefined))))]
  )
  return readCertificateList(writeSequence(tbs, identifier, writeBitString(sign(hash, tbs, signer.privateKey))))
}

export const nameOf = (commonName: string): Buffer => writeDistinguishedName([[['commonName', commonName]]])

const directoryName = (name: Buffer): Buffer => write(contextTag(4, true), name)

/** GeneralNames of each kind that is here: a text is a URL. */
const generalName = (name: string | Buffer): Buffer => Buffer.isBuffer(name) ? directoryName(name) : write(contextTag(6), Buffer.from(name))

/** What a list or a certificate says of a place: names, each a URL or a directory name; or a common name to be added to the issuer's. */
export interface Place {
  names?: ReadonlyArray<string | Buffer>
  relative?: string
}

function placeOf ({ names, relative }: Place): Buffer[] {
  if (relative !== undefined) return [write(contextTag(0, true), write(contextTag(1, true), writeSequence(writeObjectIdentifier('2.5.4.3'), write(tags.utf8String, Buffer.from(relative)))))]
  return names === undefined ? [] : [write(contextTag(0, true), write(contextTag(0, true), Buffer.concat(names.map(generalName))))]
}

const under = (number: number, der: Buffer): Buffer => Buffer.concat([Buffer.from([contextTag(number)]), der.subarray(1)])

const reasonsField = (number: number, reasons: readonly number[] | undefined): Buffer[] => reasons === undefined ? [] : [under(number, writeNamedBits(reasons))]

const flag = (number: number, value: boolean | undefined): Buffer[] => value === true ? [under(number, writeBoolean(true))] : []

interface ScopeOptions extends Place {
  onlyUsers?: boolean
  onlyAuthorities?: boolean
  onlyAttributes?: boolean
  indirect?: boolean
  reasons?: readonly number[]
}

/** issuingDistributionPoint. */
export const scope = (options: ScopeOptions): Extension => extension('2.5.29.28', writeSequence(
  ...placeOf(options), ...flag(1, options.onlyUsers), ...flag(2, options.onlyAuthorities), ...reasonsField(3, options.reasons), ...flag(4, options.indirect), ...flag(5, options.onlyAttributes)
))

interface PointOptions extends Place {
  reasons?: readonly number[]
  /** Names of whoever issues the lists, each a URL or a directory name. */
  issuer?: ReadonlyArray<string | Buffer>
}

/** cRLDistributionPoints. */
export const points = (...all: PointOptions[]): Extension => extension('2.5.29.31', writeSequence(...all.map((options) => writeSequence(
  ...placeOf(options), ...reasonsField(1, options.reasons), ...options.issuer === undefined ? [] : [write(contextTag(2, true), Buffer.concat(options.issuer.map(generalName)))]
))), false)

/** freshestCRL: where deltas are. Without it OpenSSL does not look at any. */
export const freshest: Extension = { ...points({ names: ['http://delta/'] }), type: '2.5.29.46' }
