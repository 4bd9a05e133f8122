/** Whether a client that sends this `Accept` field likes HTML better than plain text (RFC 9110, section 12.5.1). */
export function prefersHtml (accept: string | undefined): boolean {
  const ranges = (accept ?? '*/*').split(',').map(readRange)
  return qualityOf('text/html', ranges) > qualityOf('text/plain', ranges)
}

interface Range {
  readonly type: string
  readonly quality: number
}

function readRange (text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const weight = parameters.find((parameter) => parameter.startsWith('q='))
  return { type, quality: weight === undefined ? 1 : Number(weight.slice(2)) || 0 }
}

/** The most specific range that holds the type decides. */
function qualityOf (type: string, ranges: readonly Range[]): number {
  for (const wanted of [type, 'text/*', '*/*']) {
    const range = ranges.find((each) => each.type === wanted)
    if (range !== undefined) return range.quality
  }
  return 0
}
