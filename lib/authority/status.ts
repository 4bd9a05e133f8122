import { AuthorityError } from '../errors.js'
import type { Certificate } from '../certificate/index.js'
import { refuseUnknown } from './known-options.js'
import { checkDate } from './revoke.js'
import type { Store, StoreEntry } from './store.js'

/** What has become of a certificate: `held` is revoked for the time being. Whoever was revoked stays so after the end, too. */
export type Status = 'valid' | 'expired' | 'revoked' | 'held'

const statuses: readonly string[] = ['valid', 'expired', 'revoked', 'held']

export interface Listed extends StoreEntry {
  readonly status: Status
}

/** Which entries are wanted: those for which all that is given holds. */
export interface ListOptions {
  /** The instant that the status is told for: now, as the caller's clock has it. */
  readonly at: Date
  readonly status?: Status
  /** Those that are valid, and end within so many days of 24 hours. */
  readonly expiringWithinDays?: number
  /** A part of the subject, as its text in the form of RFC 4514 has it; upper and lower case are the same. */
  readonly subject?: string
  /** A whole value of the subjectAltName: a DNS name, an e-mail address, an IP address, a URI. Each certificate is read for this. */
  readonly name?: string
}

const listOptions = ['at', 'status', 'expiringWithinDays', 'subject', 'name']

export function statusOf ({ notAfter, revocation }: StoreEntry, at: Date): Status {
  if (revocation !== undefined) return revocation.reason === 'certificateHold' ? 'held' : 'revoked'
  // Certificates count whole seconds, and the last one belongs to them.
  return at.getTime() < notAfter.getTime() + 1000 ? 'valid' : 'expired'
}

export const listed = (entry: StoreEntry, at: Date): Listed => Object.freeze({ ...entry, status: statusOf(entry, at) })

/**
 * The entries that are wanted, in the order of issue.
 * @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: an option that cannot be
 */
export async function listEntries (store: Store, options: ListOptions): Promise<readonly Listed[]> {
  checkOptions(options)
  const entries = (await store.list()).map((entry) => listed(entry, options.at)).filter((entry) => isWanted(entry, options))
  return options.name === undefined ? entries : await withName(store, entries, options.name)
}

function checkOptions (options: ListOptions): void {
  refuseUnknown(options, listOptions)
  const { at, status, expiringWithinDays } = options
  checkDate(at, 'at')
  if (status !== undefined && !statuses.includes(status)) throw new AuthorityError(`status ${JSON.stringify(status)} is none of ${statuses.join(', ')}`)
  if (expiringWithinDays !== undefined && !(expiringWithinDays >= 0)) throw new AuthorityError(`expiringWithinDays is ${expiringWithinDays}, and not a number from 0 on`)
}

const day = 24 * 60 * 60 * 1000

function isWanted (entry: Listed, { at, status, expiringWithinDays, subject }: ListOptions): boolean {
  if (status !== undefined && entry.status !== status) return false
  if (expiringWithinDays !== undefined && (entry.status !== 'valid' || entry.notAfter.getTime() > at.getTime() + expiringWithinDays * day)) return false
  return subject === undefined || entry.subject.toLowerCase().includes(subject.toLowerCase())
}

async function withName (store: Store, entries: readonly Listed[], name: string): Promise<readonly Listed[]> {
  const found: Listed[] = []
  for (const entry of entries) {
    const certificate = await store.certificate(entry.serialNumber)
    if (certificate !== undefined && isNamed(certificate, name)) found.push(entry)
  }
  return found
}

const isNamed = ({ subjectAltName }: Certificate, name: string): boolean =>
  subjectAltName.some(({ value }) => typeof value === 'string' && value.toLowerCase() === name.toLowerCase())
