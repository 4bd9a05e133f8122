import { contents, malformed, tags, type Element } from './der.js'

/**
 * A Time of RFC 5280, section 4.1.2.5: UTCTime `YYMMDDHHMMSSZ` (1950 to 2049) or GeneralizedTime `YYYYMMDDHHMMSSZ`.
 * Seconds are always there, fractions and offsets never; a date that no calendar has is refused.
 */
export function readTime (element: Element): Date {
  const text = contents(element).toString('latin1')
  if (element.tag === tags.utcTime && /^\d{12}Z$/.test(text)) return instant((text < '5' ? '20' : '19') + text, element)
  if (element.tag === tags.generalizedTime && /^\d{14}Z$/.test(text)) return instant(text, element)
  throw malformed('Time is neither YYMMDDHHMMSSZ nor YYYYMMDDHHMMSSZ', element.start)
}

function instant (text: string, element: Element): Date {
  const field = (from: number, to = from + 2) => Number(text.slice(from, to))
  const date = new Date(0)
  date.setUTCFullYear(field(0, 4), field(4) - 1, field(6))
  date.setUTCHours(field(8), field(10), field(12))
  // A month of 13 or a second of 60 rolls over, and then the date no longer reads as it was written.
  if (digits(date) !== text) throw malformed('Time is not a date of the calendar', element.start)
  return date
}

const digits = (date: Date) => date.toISOString().replace(/[-:T]|\.\d+/g, '')
