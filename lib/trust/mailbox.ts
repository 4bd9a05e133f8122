import { isHostWithin, readDomainName, readHostBase, type HostBase } from './domain-name.js'

/** A mailbox of RFC 5321, section 4.1.2. Host names are compared without case, local parts exactly (RFC 5280, section 7.5). */
export interface Mailbox {
  /** Without the quotation marks that it may be written in. */
  readonly localPart: string
  readonly domain: string
}

/** A mailbox, or all of a host, or all in the domain that a leading period names. */
export type MailboxBase = Mailbox | HostBase

// RFC 5321 and, for what is beyond ASCII, RFC 6531, section 3.3.
const atom = '[a-zA-Z0-9!#$%&\'*+/=?^_`{|}~\\x80-\\u{10ffff}-]+'
const plain = new RegExp(`^(${atom}(?:\\.${atom})*)@([^@]*)$`, 'u')
const quoted = /^"((?:[^"\\]|\\.)*)"@([^@]*)$/su

/** `undefined` where the text is no mailbox at a host that has a name. */
export function readMailbox (text: string): Mailbox | undefined {
  const [, localPart, host] = plain.exec(text) ?? quoted.exec(text) ?? []
  const domain = host === undefined ? undefined : readDomainName(host)
  return domain === undefined ? undefined : { localPart: text.startsWith('"') ? localPart.replace(/\\(.)/gsu, '$1') : localPart, domain }
}

export const readMailboxBase = (text: string): MailboxBase | undefined => text.includes('@') ? readMailbox(text) : readHostBase(text)

export const isMailboxWithin = ({ localPart, domain }: Mailbox, base: MailboxBase): boolean =>
  'localPart' in base ? domain === base.domain && localPart === base.localPart : isHostWithin(domain, base)
