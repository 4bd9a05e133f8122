import { InvalidArgumentError } from 'commander'

const daysOf: Readonly<Record<string, number>> = { m: 1 / 1440, h: 1 / 24, d: 1, w: 7, y: 365 }

/** A time span in days: `30d`, `12h`, `8w`, `1y` (365 days), `45m` (minutes), or a number of days. */
export function parseDays (text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([mhdwy]?)$/.exec(text) ?? []
  const days = Number(number) * daysOf[unit || 'd']
  if (!(days > 0)) throw new InvalidArgumentError('A time span is a number above 0 with d, w, y, h or m (minutes) behind it: 30d.')
  return days
}

const form = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?$/

/** A date in ISO form: `2027-01-31` (its beginning, in UTC), or `2027-01-31T12:00:00Z`, or with an offset instead of Z. */
export function parseDate (text: string): Date {
  const date = new Date(form.test(text) ? text : NaN)
  if (Number.isNaN(date.getTime()) || !isOfCalendar(text)) throw new InvalidArgumentError('A date is written as 2027-01-31, or as 2027-01-31T12:00:00Z.')
  return date
}

// Date takes the 30th of February for the 2nd of March.
const isOfCalendar = (text: string) => new Date(text.slice(0, 10)).toISOString().startsWith(text.slice(0, 10))

/** A date as it is shown: in UTC, to the second. */
export const dateText = (date: Date): string => date.toISOString().replace(/\.\d+Z$/, 'Z')
