import { AuthorityError } from '../errors.js'
import type { Certificate, Validity } from '../certificate/index.js'

/** When a certificate begins and ends. Whole seconds count: fractions are left out. */
export interface ValidityOptions {
  /** The time of issue: now, as the caller's clock has it. */
  readonly at: Date
  /** How long it is valid from `at` on, in days of 24 hours; fractions are taken. Instead of `notAfter`. */
  readonly days?: number
  /** The last second that it is valid in. Instead of `days`. */
  readonly notAfter?: Date
  /** By how many seconds `notBefore` lies before `at`, for clocks that are slow. Default 60. */
  readonly backdateSeconds?: number
}

const defaultBackdateSeconds = 60

// UTCTime begins in 1950; GeneralizedTime of RFC 5280, section 4.1.2.5, ends with the year 9999.
const first = Date.UTC(1950, 0)
const last = Date.UTC(9999, 11, 31, 23, 59, 59)

/**
 * The validity period that was asked for.
 * @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: not one of `days` and `notAfter`, or a date that cannot be
 */
export function validityPeriod ({ at, days, notAfter, backdateSeconds = defaultBackdateSeconds }: ValidityOptions): Validity {
  if ((days === undefined) === (notAfter === undefined)) throw new AuthorityError('one of days and notAfter has to be given')
  if (!(backdateSeconds >= 0)) throw new AuthorityError(`backdateSeconds is ${backdateSeconds}, and not a number from 0 on`)
  const time = secondOf(at, 'at')
  const begin = secondOf(new Date(time - backdateSeconds * 1000), 'at less backdateSeconds')
  const end = notAfter === undefined ? endAfter(time, days!) : secondOf(notAfter, 'notAfter')
  if (end < time) throw new AuthorityError(`notAfter (${dateText(end)}) is before at (${dateText(time)})`)
  return { notBefore: new Date(begin), notAfter: new Date(end) }
}

function endAfter (time: number, days: number): number {
  if (!(days > 0)) throw new AuthorityError(`days is ${days}, and not a number above 0`)
  return secondOf(new Date(time + days * 24 * 60 * 60 * 1000), `at and ${days} days`)
}

function secondOf (date: Date, argument: string): number {
  const time = date instanceof Date ? date.getTime() : NaN
  if (Number.isNaN(time)) throw new AuthorityError(`${argument} is no date`)
  if (time < first || time > last + 999) throw new AuthorityError(`${argument} is outside the years 1950 to 9999`)
  return Math.floor(time / 1000) * 1000
}

/** What to do about a certificate that would outlive the certificate of its issuer. */
export type WhenPastEnd = 'refuse' | 'cut'

/**
 * The period, seen to be within that of the issuer: what a CA signs is worth nothing after its own end. A `notBefore`
 * that back-dating moved before the issuer's is the issuer's.
 * @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: the issuer is not valid at `at`, or ends too early and nothing is to be cut
 */
export function withinIssuer (period: Validity, issuer: Certificate, at: Date, whenPastEnd: WhenPastEnd = 'refuse'): Validity {
  if (whenPastEnd !== 'refuse' && whenPastEnd !== 'cut') throw new AuthorityError(`whenPastEnd ${JSON.stringify(whenPastEnd)} is neither refuse nor cut`)
  const { notBefore, notAfter } = issuer.validity
  if (!issuer.isValidAt(at)) throw new AuthorityError(`at is ${dateText(at)}, but the authority is valid from ${dateText(notBefore)} to ${dateText(notAfter)}`)
  if (period.notAfter > notAfter && whenPastEnd === 'refuse') {
    throw new AuthorityError(`notAfter would be ${dateText(period.notAfter)}, but the authority itself ends at ${dateText(notAfter)} (whenPastEnd: 'cut' ends both at once)`)
  }
  return {
    notBefore: period.notBefore < notBefore ? notBefore : period.notBefore,
    notAfter: period.notAfter > notAfter ? notAfter : period.notAfter
  }
}

const dateText = (date: Date | number) => new Date(date).toISOString().replace('.000Z', 'Z')
