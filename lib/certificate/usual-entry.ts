import { tags } from './tags.js'

// An entry has few extensions in use: nearly always a reason alone, of which there are ten.
const mostKnown = 12

/**
 * Tells entries of the usual form, of which a list may have a million, without making anything of them: a positive serial number, a
 * UTCTime, and no extensions, or some whose octets stood in an entry before. Whatever else an entry is, `readEntry` has to say.
 */
export class UsualEntries {
  readonly #octets: Buffer
  readonly #known: Buffer[] = []

  constructor (octets: Buffer) {
    this.#octets = octets
  }

  /** Where the serial number ends of the entry that begins at `position`; 0 where it is not of the usual form, or goes beyond `end`. */
  serialNumberEnd (position: number, end: number): number {
    const octets = this.#octets
    const length = octets[position + 1]
    const entryEnd = position + 2 + length
    if (octets[position] !== tags.sequence || length >= 0x80 || entryEnd > end) return 0
    const serialEnd = integerEnd(octets, position + 2)
    const dateEnd = serialEnd + 15
    if (serialEnd === 0 || dateEnd > entryEnd || !isUsualDate(octets, serialEnd)) return 0
    return dateEnd === entryEnd || this.#isKnown(dateEnd, entryEnd) ? serialEnd : 0
  }

  /** These octets are extensions that were read, and that say nothing of other entries. */
  learn (extensions: Buffer): void {
    if (this.#known.length < mostKnown && extensions.length < 0x80) this.#known.push(extensions)
  }

  #isKnown (from: number, end: number): boolean {
    for (const known of this.#known) {
      if (known.length === end - from && isSame(known, this.#octets, from)) return true
    }
    return false
  }
}

// Of few octets: it takes less time than to call what is made for many.
export function isSame (octets: Buffer, others: Buffer, from: number): boolean {
  for (let place = octets.length - 1; place >= 0; place--) {
    if (octets[place] !== others[from + place]) return false
  }
  return true
}

/** Of a positive INTEGER, minimal and in the short form; 0 of any other. */
function integerEnd (octets: Buffer, start: number): number {
  const length = octets[start + 1]
  const first = octets[start + 2]
  if (octets[start] !== tags.integer || length === 0 || length >= 0x80) return 0
  const isMinimal = first === 0 ? length > 1 && octets[start + 3] >= 0x80 : first < 0x80
  return isMinimal ? start + 2 + length : 0
}

/** A UTCTime `YYMMDDHHMMSSZ`, of a day that every month has. */
function isUsualDate (octets: Buffer, start: number): boolean {
  if (octets[start] !== tags.utcTime || octets[start + 1] !== 13 || octets[start + 14] !== 0x5a) return false
  const month = pair(octets, start + 4)
  const day = pair(octets, start + 6)
  return pair(octets, start + 2) < 100 && month > 0 && month <= 12 && day > 0 && day <= 28 &&
    pair(octets, start + 8) < 24 && pair(octets, start + 10) < 60 && pair(octets, start + 12) < 60
}

/** The number of two digits; 100 where they are none. */
function pair (octets: Buffer, at: number): number {
  const tens = octets[at] - 0x30
  const ones = octets[at + 1] - 0x30
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : 100
}
