import { AuthorityError } from '../errors.js'

/**
 * The date that a time of OpenSSL's index says: UTCTime `YYMMDDHHMMSSZ` (1950 to 2049), or GeneralizedTime
 * `YYYYMMDDHHMMSSZ`; `undefined` where it is neither, or no date of the calendar. OpenSSL takes a UTCTime without seconds, too.
 */
export function readTime (text: string): Date | undefined {
  if (/^\d{14}Z$/.test(text)) return readGeneralizedTime(text)
  if (!/^\d{10}(?:\d\d)?Z$/.test(text)) return undefined
  const digits = text.slice(0, -1).padEnd(12, '0')
  return readGeneralizedTime(`${Number(digits.slice(0, 2)) < 50 ? '20' : '19'}${digits}Z`)
}

/** The same of a GeneralizedTime alone, as OpenSSL writes the time of a compromise. */
export function readGeneralizedTime (text: string): Date | undefined {
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (found === null) return undefined
  const [year, month, day, hours, minutes, seconds] = found.slice(1)
  const date = new Date(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`)
  // The 30th of February is another day to JavaScript, and 24:00 the next one.
  return !Number.isNaN(date.getTime()) && writeGeneralizedTime(date) === text ? date : undefined
}

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
