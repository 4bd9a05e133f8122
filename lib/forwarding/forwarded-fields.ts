import type { XfccOptions } from './envoy.js'
import { malformed, maxIntermediates, type ForwardedCertificate } from './forwarded-certificate.js'
import { formats, type Format, type ProxyKind } from './formats.js'
import { RawFields, type RawHeaders, type RawRequest } from './raw-fields.js'

export interface FieldOptions extends XfccOptions {
  readonly from: ProxyKind
  /** The field with the certificate, where it is not the usual one. */
  readonly header?: string
  /** The field with what the client sent behind its certificate. */
  readonly chainHeader?: string
  /** The field with what the proxy itself found. */
  readonly verdictHeader?: string
  /** What stands there of a certificate that it found good. Default `SUCCESS`. */
  readonly verdict?: string
}

/** What the fields of one request say, as text; `undefined` for one that is not there. */
export interface FieldValues {
  readonly certificate: string
  readonly chain: string | undefined
  /** Whether the proxy says that it verified the certificate; `undefined` where it says nothing of it. */
  readonly isFoundGood: boolean | undefined
}

// What nginx and Apache write of a client whose certificate they found good, and of one that presented none.
const success = 'SUCCESS'
const noCertificate = 'NONE'

/** The fields in which one kind of proxy forwards a client's certificate. Immutable. */
export class ForwardedFields {
  readonly #options: FieldOptions
  readonly #format: Format
  /** First those with a certificate, then the chain's and the verdict's where there are such. */
  readonly #names: readonly string[]
  readonly #raw: RawFields
  /** How many of them may have the certificate. */
  readonly #alternatives: number
  readonly #chainPlace: number
  readonly #verdictPlace: number

  constructor (options: FieldOptions) {
    const format = formats[options.from]
    const own = options.header === undefined ? format.fields : [options.header]
    const chain = options.chainHeader ?? format.chainField
    const verdict = options.verdictHeader ?? format.verdictField
    this.#options = options
    this.#format = format
    this.#names = [...own, chain, verdict].filter((name) => name !== undefined).map((name) => name.toLowerCase())
    this.#alternatives = own.length
    this.#chainPlace = chain === undefined ? -1 : own.length
    this.#verdictPlace = verdict === undefined ? -1 : this.#names.length - 1
    this.#raw = new RawFields(this.#names)
  }

  get names (): readonly string[] {
    return this.#names
  }

  /**
   * Looks the fields up, and does not read them yet; `undefined` where they tell of no certificate.
   * @throws ForwardedCertificateError what is there is not what a proxy alone would have written
   */
  find (headers: RawHeaders): FieldValues | undefined {
    const values = this.#raw.read(headers)
    if (values === undefined) return undefined
    const certificate = this.#certificateIn(values)
    const chain = this.#chainPlace === -1 ? undefined : unlessNothing(values[this.#chainPlace])
    const verdict = this.#verdictPlace === -1 ? undefined : values[this.#verdictPlace]
    if (certificate === undefined && chain !== undefined) throw malformed('there is a chain without a certificate')
    if (certificate === undefined) return undefined
    if (verdict === noCertificate) throw malformed('there is a certificate, of which the proxy says that it was not presented')
    return { certificate, chain, isFoundGood: verdict === undefined ? undefined : verdict === (this.#options.verdict ?? success) }
  }

  #certificateIn (values: ReadonlyArray<string | undefined>): string | undefined {
    let certificate: string | undefined
    for (let place = 0; place < this.#alternatives; place++) {
      if (certificate !== undefined && values[place] !== undefined) throw malformed(`there are both ${this.#names.slice(0, this.#alternatives).join(' and ')}`)
      certificate ??= values[place]
    }
    return certificate !== undefined && this.#format.nothing?.includes(certificate) === true ? undefined : certificate
  }

  /** @throws ForwardedCertificateError the values are not of the form that this kind of proxy writes */
  read ({ certificate, chain }: FieldValues): ForwardedCertificate | undefined {
    const found = this.#format.read(certificate, this.#options)
    if (found === undefined) return undefined
    const intermediates = chain === undefined ? found.intermediates : this.#format.readChain!(chain)
    if (intermediates.length > maxIntermediates) throw malformed(`there are ${intermediates.length} certificates behind the client's own, more than ${maxIntermediates}`)
    return { certificate: found.certificate, intermediates }
  }

  /** Takes the fields away from a request, in every spelling; the names as they were written. */
  remove (request: RawRequest): readonly string[] {
    return this.#raw.remove(request)
  }
}

/** Where a client sent nothing behind its certificate, Apache writes so for each certificate that might be there, and others nothing. */
const unlessNothing = (chain: string | undefined): string | undefined => chain?.replaceAll('(null)', '').trim() === '' ? undefined : chain
