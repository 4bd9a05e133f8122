import type { Certificate } from '../certificate/index.js'
import type { Terminal } from './terminal.js'
import { dateText } from './time.js'

/** What a certificate is, in a line: for whom, by whom, until when. */
export function certificateLine (certificate: Certificate): string {
  const { subject, issuer, isSelfIssued, validity: { notAfter }, serialNumber } = certificate
  const by = isSelfIssued ? '' : `, by ${issuer}`
  return `${subject.toString() || '(empty subject)'}${by}, valid until ${dateText(notAfter)}, serial number ${serialNumber}`
}

/** The files that an act made, by what is in them. */
export type MadeFiles = Readonly<Record<string, string>>

/** Tells a program what was made. */
export function printMade (terminal: Terminal, certificate: Certificate, files: MadeFiles, more: object = {}): void {
  terminal.printJson({ ...certificate.toJSON(), ...more, files })
}

export const protection = (passphrase: string | undefined): string => passphrase === undefined ? 'not encrypted' : 'encrypted'
