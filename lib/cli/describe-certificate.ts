import { extensionTypes, type Certificate, type CertificationRequest, type GeneralName } from '../certificate/index.js'
import { algorithmText } from './algorithm.js'
import { publicKeyText } from './key.js'
import { dateText } from './time.js'

/** What is said of a thing, and its name; what has no value is left out. */
export type Line = readonly [label: string, value: string]

/** What a person wants to know of a certificate. */
export function describeCertificate (certificate: Certificate, now: Date): readonly Line[] {
  const { notBefore, notAfter } = certificate.validity
  return [
    ['subject', certificate.subject.toString()],
    ['issuer', certificate.issuer.toString()],
    ['serial number', certificate.serialNumber],
    ['valid', `${dateText(notBefore)} to ${dateText(notAfter)} (${dateStatus(certificate, now)})`],
    ['key', publicKeyText(certificate)],
    ['signature', algorithmText(certificate.signatureAlgorithm)],
    ...extensionLines(certificate),
    ['fingerprint', `SHA-256 ${certificate.fingerprint256}`]
  ]
}

/** What a person wants to know of a request; that its signature is good is seen when it is signed. */
export const describeRequest = (request: CertificationRequest): readonly Line[] => [
  ['subject', request.subject.toString()],
  ...request.version === 1 ? [] : [['version', `${request.version} (RFC 2986 has only 1; it does not reach the certificate)`] as const],
  ['key', publicKeyText(request)],
  ['signature', algorithmText(request.signatureAlgorithm)],
  ...extensionLines(request),
  ...request.otherAttributes.map((type): Line => ['attribute', type])
]

type WithExtensions = Pick<Certificate, 'extensions' | 'subjectAltName' | 'keyUsage' | 'extendedKeyUsage' | 'basicConstraints'>

const extensionLines = (document: WithExtensions): readonly Line[] => [
  ...document.subjectAltName.map((name): Line => ['name', nameText(name)]),
  ...emptyNames(document),
  ...document.keyUsage === undefined ? [] : [['key usage', document.keyUsage.join(', ')] as const],
  ...document.extendedKeyUsage === undefined ? [] : [['purposes', document.extendedKeyUsage.join(', ')] as const],
  ...authorityLines(document),
  ...unknownExtensions(document)
]

const emptyNames = ({ extensions, subjectAltName }: WithExtensions): readonly Line[] =>
  subjectAltName.length === 0 && extensions.some(({ type }) => type === extensionTypes.subjectAltName) ? [['name', 'none: the subjectAltName is empty']] : []

const day = 24 * 60 * 60 * 1000

function dateStatus (certificate: Certificate, now: Date): string {
  const { notBefore, notAfter } = certificate.validity
  if (now < notBefore) return 'not yet valid'
  if (!certificate.isValidAt(now)) return 'expired'
  return `${Math.floor((notAfter.getTime() - now.getTime()) / day)} days left`
}

function authorityLines ({ basicConstraints }: WithExtensions): readonly Line[] {
  if (basicConstraints?.cA !== true) return []
  const { pathLenConstraint } = basicConstraints
  return [['authority', pathLenConstraint === undefined ? 'yes' : `yes, with at most ${pathLenConstraint} authorities below it`]]
}

const known: ReadonlySet<string> = new Set(Object.values(extensionTypes))

const unknownExtensions = ({ extensions }: WithExtensions): readonly Line[] =>
  extensions.filter(({ type }) => !known.has(type)).map(({ type, critical }) => ['extension', `${type}${critical ? ' (critical)' : ''}`])

/** A name with its type. */
export function nameText (name: GeneralName): string {
  if (name.type === 'otherName') return `otherName ${name.userPrincipalName ?? name.smtpUTF8Mailbox ?? name.typeIdentifier}`
  return `${name.type} ${Buffer.isBuffer(name.value) ? name.value.toString('hex') : name.value}`
}

/** The same for a program. */
export function certificateJson (certificate: Certificate): object {
  return { kind: 'certificate', ...certificate.toJSON(), ...documentJson(certificate) }
}

export function requestJson (request: CertificationRequest): object {
  return { kind: 'certification request', ...request.toJSON(), ...documentJson(request) }
}

function documentJson (document: Certificate | CertificationRequest): object {
  const { subjectAltName, keyUsage, extendedKeyUsage, basicConstraints } = document
  return {
    key: publicKeyText(document),
    signatureAlgorithm: algorithmText(document.signatureAlgorithm),
    subjectAltName: subjectAltName.map(nameText),
    keyUsage,
    extendedKeyUsage,
    basicConstraints
  }
}
