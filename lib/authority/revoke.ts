import { AuthorityError } from '../errors.js'
import { revocationReasons, type RevocationReason } from '../certificate/index.js'
import type { Revocation, StoreEntry } from './store.js'

export interface RevokeOptions {
  /** The time of revocation: now, as the caller's clock has it. */
  readonly at: Date
  /** Default: none is told. `certificateHold` can be taken back by `release`. */
  readonly reason?: RevocationReason
  /** Since when the private key is thought to have been known to others; not after `at`. */
  readonly invalidityDate?: Date
}

/** @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: a reason that is none, or a date that cannot be */
export function checkRevocation ({ at, reason, invalidityDate }: RevokeOptions): void {
  checkDate(at, 'at')
  // RFC 5280, section 5.3.1: this one stands in delta lists alone.
  if (reason === 'removeFromCRL') throw new AuthorityError('reason removeFromCRL is for lists: release takes a certificateHold back')
  if (reason !== undefined && !Object.hasOwn(revocationReasons, reason)) {
    throw new AuthorityError(`reason ${JSON.stringify(reason)} is none of ${Object.keys(revocationReasons).filter((name) => name !== 'removeFromCRL').join(', ')}`)
  }
  if (invalidityDate === undefined) return
  checkDate(invalidityDate, 'invalidityDate')
  if (invalidityDate > at) throw new AuthorityError('invalidityDate is after at')
}

export function checkDate (date: Date, argument: string): void {
  if (!(date instanceof Date) || Number.isNaN(date.getTime())) throw new AuthorityError(`${argument} is no date`)
}

/** The revocation of an entry that is not revoked, or only held: who is held may be revoked for good. */
export function revocationOf ({ revocation, serialNumber }: StoreEntry, { at, reason, invalidityDate }: RevokeOptions): Revocation {
  if (revocation !== undefined && revocation.reason !== 'certificateHold') {
    throw new AuthorityError(`certificate ${serialNumber} is revoked already, since ${revocation.at.toISOString()}`)
  }
  if (revocation !== undefined && reason === 'certificateHold') throw new AuthorityError(`certificate ${serialNumber} is held already`)
  return { at, reason, invalidityDate }
}

/** Sees that an entry is held, and so may be let go. */
export function releaseOf ({ revocation, serialNumber }: StoreEntry): undefined {
  if (revocation === undefined) throw new AuthorityError(`certificate ${serialNumber} is not held`)
  if (revocation.reason !== 'certificateHold') throw new AuthorityError(`certificate ${serialNumber} is revoked for good: only a certificateHold can be taken back`)
}
