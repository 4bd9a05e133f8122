import { extensionTypes, type Certificate, type GeneralName } from '../certificate/index.js'
import { publicKeyText } from './key.js'
import { algorithmText } from './algorithm.js'
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
    ...certificate.subjectAltName.map((name): Line => ['name', nameText(name)]),
    ...certificate.keyUsage === undefined ? [] : [['key usage', certificate.keyUsage.join(', ')] as const],
    ...certificate.extendedKeyUsage === undefined ? [] : [['purposes', certificate.extendedKeyUsage.join(', ')] as const],
    ...authorityLines(certificate),
    ...unknownExtensions(certificate),
    ['fingerprint', `SHA-256 ${certificate.fingerprint256}`]
  ]
}

const day = 24 * 60 * 60 * 1000

function dateStatus (certificate: Certificate, now: Date): string {
  const { notBefore, notAfter } = certificate.validity
  if (now < notBefore) return 'not yet valid'
  if (!certificate.isValidAt(now)) return 'expired'
  return `${Math.floor((notAfter.getTime() - now.getTime()) / day)} days left`
}

function authorityLines ({ basicConstraints }: Certificate): readonly Line[] {
  if (basicConstraints?.cA !== true) return []
  const { pathLenConstraint } = basicConstraints
  return [['authority', pathLenConstraint === undefined ? 'yes' : `yes, with at most ${pathLenConstraint} authorities below it`]]
}

const known: ReadonlySet<string> = new Set(Object.values(extensionTypes))

const unknownExtensions = ({ extensions }: Certificate): readonly Line[] =>
  extensions.filter(({ type }) => !known.has(type)).map(({ type, critical }) => ['extension', `${type}${critical ? ' (critical)' : ''}`])

/** A name with its type. */
export function nameText (name: GeneralName): string {
  if (name.type === 'otherName') return `otherName ${name.userPrincipalName ?? name.smtpUTF8Mailbox ?? name.typeIdentifier}`
  return `${name.type} ${Buffer.isBuffer(name.value) ? name.value.toString('hex') : name.value}`
}

/** The same for a program. */
export function certificateJson (certificate: Certificate): object {
  const { subjectAltName, keyUsage, extendedKeyUsage, basicConstraints } = certificate
  return {
    kind: 'certificate',
    ...certificate.toJSON(),
    key: publicKeyText(certificate),
    signatureAlgorithm: algorithmText(certificate.signatureAlgorithm),
    subjectAltName: subjectAltName.map(nameText),
    keyUsage,
    extendedKeyUsage,
    basicConstraints
  }
}
