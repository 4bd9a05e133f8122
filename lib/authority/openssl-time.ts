import { AuthorityError } from '../errors.js'

/**
 * The date that a time of OpenSSL's index says: UTCTime `YYMMDDHHMMSSZ` (1950 to 2049), or GeneralizedTime
 * `YYYYMMDDHHMMSSZ`; `undefined` where it is neither, or no date of the calendar. OpenSSL takes a UTCTime without seconds, too.
 */
export function readTime (text: string): Date | undefined {
  if (text.length === 15) return readGeneralizedTime(text)
  if (!/^\d{10}(?:\d\d)?Z$/.test(text)) return undefined
  const year = Number(text.slice(0, 2))
  return dateOf(year < 50 ? 2000 + year : 1900 + year, text.slice(2, -1).padEnd(10, '0'))
}

/** The same of a GeneralizedTime alone, as OpenSSL writes the time of a compromise. */
export const readGeneralizedTime = (text: string): Date | undefined =>
  /^\d{14}Z$/.test(text) ? dateOf(Number(text.slice(0, 4)), text.slice(4, -1)) : undefined

/** @param rest month, day, hours, minutes and seconds, of two digits each */
function dateOf (year: number, rest: string): Date | undefined {
  const pair = (at: number) => Number(rest.slice(at, at + 2))
  const [month, day, hours, minutes, seconds] = [pair(0), pair(2), pair(4), pair(6), pair(8)]
  // Date.UTC takes the years 0 to 99 for those after 1900; 400 years are a whole number of days.
  const date = new Date(Date.UTC(year + 400, month - 1, day, hours, minutes, seconds) - millisecondsIn400Years)
  // The 30th of February would be another day.
  const isOfTheCalendar = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hours < 24 && minutes < 60 && seconds < 60
  return isOfTheCalendar ? date : undefined
}

const millisecondsIn400Years = 146_097 * 24 * 60 * 60 * 1000

/** As in certificates: UTCTime until 2049, then GeneralizedTime (RFC 5280, section 4.1.2.5). */
export function writeTime (date: Date): string {
  const text = writeGeneralizedTime(date)
  return text >= '1950' && text < '2050' ? text.slice(2) : text
}

/** `YYYYMMDDHHMMSSZ` */
export function writeGeneralizedTime (date: Date): string {
  const text = date.toISOString().replace(/\.\d+|[-:T]/g, '')
  if (text.length !== 15) throw new AuthorityError(`${date.toISOString()} has a year that no certificate can have`)
  return text
}
