import { malformed, maxFieldOctets } from './forwarded-certificate.js'

/** The header of a request as it was received: names and values by turns, as Node's `rawHeaders`. */
export type RawHeaders = readonly string[]

const nothing: readonly string[] = Object.freeze([])

/** A request as Node has it. It makes `headers` when they are first asked for, which takes longer than all that is done here. */
export interface RawRequest {
  readonly rawHeaders: string[]
  readonly headers: Record<string, unknown>
  /** Made from `rawHeaders` when it is first asked for, by a count from before any was taken away. HTTP/2 has none. */
  readonly headersDistinct?: Record<string, unknown>
}

/**
 * Some fields of a request's header, by names in lower case. They are taken as they were sent: Node joins fields of one name, of
 * which the first may be a client's, and some servers in front take an underscore for a hyphen.
 */
export class RawFields {
  readonly names: readonly string[]
  /** A bit for each length that a name has, modulo 32. */
  readonly #lengths: number

  constructor (names: readonly string[]) {
    this.names = names
    this.#lengths = names.reduce((bits, { length }) => bits | bitOf(length), 0)
  }

  /**
   * The values, in the order of the names; `undefined` where none is there.
   * @throws ForwardedCertificateError a field is there twice, has an underscore for a hyphen, is too long, or is named in `Connection`
   */
  read (headers: RawHeaders): ReadonlyArray<string | undefined> | undefined {
    let values: Array<string | undefined> | undefined
    for (let place = 0; place < headers.length; place += 2) {
      if (isConnection(headers[place])) this.#checkConnection(headers[place + 1])
      const index = this.#indexOf(headers[place])
      if (index === -1) continue
      values ??= new Array(this.names.length).fill(undefined)
      const value = this.#valueAt(headers, place, index)
      if (values[index] !== undefined) throw malformed(`the field ${this.names[index]} is there more than once`)
      values[index] = value
    }
    return values
  }

  #valueAt (headers: RawHeaders, place: number, index: number): string {
    const value = headers[place + 1]
    if (headers[place].includes('_')) throw malformed(`the field ${headers[place]} looks like ${this.names[index]} and is not`)
    if (value.length > maxFieldOctets) throw malformed(`the field ${this.names[index]} has more than ${maxFieldOctets} octets`)
    return value
  }

  /** A client that names it there would have proxies take it away (RFC 9110, section 7.6.1). */
  #checkConnection (connection: string): void {
    if (connection === 'keep-alive' || connection === 'close') return
    const named = connection.toLowerCase().split(',').find((option) => this.names.includes(option.trim()))
    if (named !== undefined) throw malformed(`the field ${named.trim()} is named in Connection`)
  }

  /** Takes them away from a request, in every spelling; the names as they were written. */
  remove (request: RawRequest): readonly string[] {
    if (this.names.length === 0) return nothing
    const removed: string[] = []
    const { rawHeaders } = request
    for (let place = rawHeaders.length - 2; place >= 0; place -= 2) {
      if (this.#indexOf(rawHeaders[place]) === -1) continue
      removed.unshift(rawHeaders[place])
      const name = rawHeaders[place].toLowerCase()
      delete request.headers[name]
      delete request.headersDistinct?.[name]
      rawHeaders.splice(place, 2)
    }
    return removed
  }

  // Few fields have names of the same length, so that most are passed over at once.
  #indexOf (written: string): number {
    return (this.#lengths & bitOf(written.length)) === 0 ? -1 : this.names.findIndex((name) => isSpelling(written, name))
  }
}

// A shift takes its distance modulo 32.
const bitOf = (length: number): number => 1 << length

const isConnection = (written: string): boolean => isSpelling(written, 'connection')

/** Whether a field's name is this one, in whatever capitals, and with underscores for hyphens. Letter by letter: nearly all others end at the first few. */
function isSpelling (written: string, name: string): boolean {
  if (written.length !== name.length) return false
  for (let place = 0; place < name.length; place++) {
    if (normal(written.charCodeAt(place)) !== name.charCodeAt(place)) return false
  }
  return true
}

/** Of a letter its small form, of an underscore a hyphen. */
const normal = (code: number): number => {
  if (code === underscore) return hyphen
  return code >= capitalA && code <= capitalZ ? code | 0x20 : code
}
const [underscore, hyphen, capitalA, capitalZ] = Buffer.from('_-AZ')
