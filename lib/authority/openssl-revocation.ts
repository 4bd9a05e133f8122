import { revocationReasons, type RevocationReason } from '../certificate/index.js'
import { readGeneralizedTime, readTime, writeGeneralizedTime, writeTime } from './openssl-time.js'
import type { Revocation } from './store.js'

// What `openssl ca` calls those reasons that it knows. One whose time of compromise is known has a name of its own.
const spellings: Partial<Record<RevocationReason, string>> = {
  unspecified: 'unspecified',
  keyCompromise: 'keyCompromise',
  cACompromise: 'CACompromise',
  affiliationChanged: 'affiliationChanged',
  superseded: 'superseded',
  cessationOfOperation: 'cessationOfOperation',
  certificateHold: 'certificateHold',
  removeFromCRL: 'removeFromCRL'
}

const spellingsWithTime: Partial<Record<RevocationReason, string>> = { keyCompromise: 'keyTime', cACompromise: 'CAkeyTime' }

const reasons = new Map(Object.keys(revocationReasons).map((name) => [name.toLowerCase(), name as RevocationReason]))
const reasonsWithTime = new Map(Object.entries(spellingsWithTime).map(([reason, name]) => [name.toLowerCase(), reason as RevocationReason]))

// Stands for "no reason" where a place for the reason has to be filled.
const noReason = 'none'

/**
 * The third field of a line of OpenSSL's index: `TIME[,REASON[,EXTRA]]`. What OpenSSL has no words for stands in EXTRA, which
 * it keeps and does not look at for these reasons: `superseded,INVALIDITYDATE`, `unspecified,privilegeWithdrawn`,
 * `unspecified,none,INVALIDITYDATE`.
 */
export function writeRevocation ({ at, reason, invalidityDate }: Revocation): string {
  if (reason === undefined && invalidityDate === undefined) return writeTime(at)
  const time = invalidityDate && writeGeneralizedTime(invalidityDate)
  const withTime = time && reason && spellingsWithTime[reason]
  if (withTime !== undefined) return [writeTime(at), withTime, time].join(',')
  const spelling = reason && spellings[reason]
  const words = spelling === undefined ? ['unspecified', reason ?? noReason] : [spelling]
  return [writeTime(at), ...words, ...(time === undefined ? [] : [time])].join(',')
}

/** What such a field says; `undefined` where OpenSSL would not read it either. Words are taken in any case. */
export function readRevocation (field: string): Revocation | undefined {
  const [time, word, ...extra] = field.split(',')
  const at = readTime(time)
  if (at === undefined || word === undefined) return at && { at }
  const compromised = reasonsWithTime.get(word.toLowerCase())
  if (compromised !== undefined) return withTime(at, compromised, extra[0])
  // The instruction is an OBJECT IDENTIFIER that RFC 5280 has dropped; it stays in the line.
  if (word.toLowerCase() === 'holdinstruction') return { at, reason: 'certificateHold' }
  const reason = reasons.get(word.toLowerCase())
  return reason && withExtra(at, reason, extra)
}

function withTime (at: Date, reason: RevocationReason, time = ''): Revocation | undefined {
  const invalidityDate = readGeneralizedTime(time)
  return invalidityDate && { at, reason, invalidityDate }
}

function withExtra (at: Date, word: RevocationReason, extra: readonly string[]): Revocation {
  const [own = '', ...rest] = extra
  if (word === 'unspecified' && own === noReason) return withoutUndefined(at, undefined, rest[0])
  const reason = word === 'unspecified' ? reasons.get(own.toLowerCase()) : undefined
  return reason === undefined ? withoutUndefined(at, word, own) : withoutUndefined(at, reason, rest[0])
}

function withoutUndefined (at: Date, reason: RevocationReason | undefined, time = ''): Revocation {
  const invalidityDate = readGeneralizedTime(time)
  return { at, ...(reason && { reason }), ...(invalidityDate && { invalidityDate }) }
}

/** Whether both would be written alike. */
export const sameRevocation = (one: Revocation | undefined, other: Revocation | undefined): boolean =>
  (one && writeRevocation(one)) === (other && writeRevocation(other))
