import type { DistinguishedName, GeneralName, NameConstraintBase } from '../certificate/index.js'
import { isInDomain, reachesDomain, readDomainBase, readHostPattern, isHostWithin, readHostBase, type HostBase, type HostPattern } from './domain-name.js'
import { isMailboxWithin, readMailbox, readMailboxBase, type Mailbox, type MailboxBase } from './mailbox.js'
import { readUriHost } from './uri-host.js'

/** How the names of one form are held against a subtree (RFC 5280, section 4.2.1.10). */
export interface NameForm<Name, Base> {
  /** `undefined` where the name is not written as the form asks: then nothing can be said of it. */
  readonly readName: (name: GeneralName) => Name | undefined
  /** The same of the base of a subtree. */
  readonly readBase: (base: NameConstraintBase) => Base | undefined
  readonly isWithin: (name: Name, base: Base) => boolean
  /** Where a name can stand for several: whether any one of them is within. */
  readonly reaches?: (name: Name, base: Base) => boolean
}

const textOf = (name: GeneralName | NameConstraintBase): string => (name as { value: string }).value
const directoryNameOf = (name: GeneralName | NameConstraintBase): DistinguishedName => (name as { value: DistinguishedName }).value
const octetsOf = (name: GeneralName | NameConstraintBase): Buffer => (name as { octets: Buffer }).octets

const dNSName: NameForm<HostPattern, string> = {
  readName: (name) => readHostPattern(textOf(name)),
  readBase: (base) => readDomainBase(textOf(base)),
  isWithin: isInDomain,
  reaches: reachesDomain
}

const rfc822Name: NameForm<Mailbox, MailboxBase> = {
  readName: (name) => readMailbox(textOf(name)),
  readBase: (base) => readMailboxBase(textOf(base)),
  isWithin: isMailboxWithin
}

const uniformResourceIdentifier: NameForm<string, HostBase> = {
  readName: (name) => readUriHost(textOf(name)),
  readBase: (base) => readHostBase(textOf(base)),
  isWithin: isHostWithin
}

const directoryName: NameForm<DistinguishedName, DistinguishedName> = {
  readName: directoryNameOf,
  readBase: directoryNameOf,
  isWithin: (name, base) => name.isWithin(base)
}

/** An address and a mask of its length. */
const iPAddress: NameForm<Buffer, Buffer> = {
  readName: octetsOf,
  readBase: (base) => isPrefix(octetsOf(base)) ? octetsOf(base) : undefined,
  isWithin: (address, base) => base.length === 2 * address.length && address.every((octet, index) => ((octet ^ base[index]) & base[index + address.length]) === 0)
}

// RFC 4632: a mask is ones, and then zeros.
const isPrefix = (base: Buffer): boolean =>
  /^1*0*$/.test(Array.from(base.subarray(base.length / 2), (octet) => octet.toString(2).padStart(8, '0')).join(''))

/** Those whose constraints are understood here. RFC 5280 says of no other what a constraint of it would mean. */
export const nameForms: ReadonlyMap<string, NameForm<unknown, unknown>> = new Map(
  Object.entries({ dNSName, rfc822Name, uniformResourceIdentifier, directoryName, iPAddress }) as unknown as Array<[string, NameForm<unknown, unknown>]>
)

/** The form of a name: there are as many kinds of `otherName` as types. */
export const formOf = (name: GeneralName | NameConstraintBase): string => name.type === 'otherName' ? `otherName ${name.typeIdentifier}` : name.type
