import { malformed, tags, type Element } from './der.js'

/**
 * A Time of RFC 5280, section 4.1.2.5, in milliseconds since 1970: UTCTime `YYMMDDHHMMSSZ` (1950 to 2049) or
 * GeneralizedTime `YYYYMMDDHHMMSSZ`. Seconds are always there, fractions and offsets never; a date that no calendar has
 * is refused.
 */
export function readTime (element: Element): number {
  const length = element.end - element.from
  if (element.tag === tags.utcTime && length === 13) return instant(element, century(pair(element, 0)), 2)
  if (element.tag === tags.generalizedTime && length === 15) return instant(element, pair(element, 0) * 100 + pair(element, 2), 4)
  throw misshapen(element)
}

const misshapen = (element: Element) => malformed('Time is neither YYMMDDHHMMSSZ nor YYYYMMDDHHMMSSZ', element.start)

const century = (year: number) => year < 50 ? 2000 + year : 1900 + year

// Two digits, at this place of the contents.
function pair (element: Element, at: number): number {
  const tens = element.octets[element.from + at] - 0x30
  const ones = element.octets[element.from + at + 1] - 0x30
  if (tens < 0 || tens > 9 || ones < 0 || ones > 9) throw misshapen(element)
  return tens * 10 + ones
}

// The month is at `at`; the rest follows.
function instant (element: Element, year: number, at: number): number {
  const [month, day] = [pair(element, at), pair(element, at + 2)]
  const [hours, minutes, seconds] = [pair(element, at + 4), pair(element, at + 6), pair(element, at + 8)]
  if (element.octets[element.end - 1] !== 0x5a) throw misshapen(element)
  const isOfTheCalendar = month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month) && hours < 24 && minutes < 60 && seconds < 60
  if (!isOfTheCalendar) throw malformed('Time is not a date of the calendar', element.start)
  // Date.UTC takes the years 0 to 99 for those after 1900; 400 years are a whole number of days.
  return Date.UTC(year + 400, month - 1, day, hours, minutes, seconds) - millisecondsIn400Years
}

const millisecondsIn400Years = 146_097 * 24 * 60 * 60 * 1000

function daysIn (year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}
