// Combining marks, and the two halfwidth letters that become such by normalization.
const marks = /[\p{M}\uff9e\uff9f]{31}/u

// The Stream-Safe Text Format of Unicode (UAX #15, section 13) lets 30 marks stand behind a letter; no writing has nearly as many.
const pieces = /[^\p{M}\uff9e\uff9f]+[\p{M}\uff9e\uff9f]{0,30}|[\p{M}\uff9e\uff9f]{1,30}/gu

/**
 * The text in normalization form KC. Normalizing sorts the combining marks behind each letter, in the square of their number: where
 * there are more than 30 in a row, each 30 of them are normalized by themselves, so that the work is linear in the length of the text.
 * Texts that come out alike are the same to Unicode; the same text with its marks in another order may come out different then.
 */
export const normalized = (text: string): string =>
  marks.test(text) ? text.match(pieces)!.map((piece) => piece.normalize('NFKC')).join('') : text.normalize('NFKC')
