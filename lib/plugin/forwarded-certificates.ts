import type { FastifyRequest } from 'fastify'
import { ForwardedCertificateError } from '../errors.js'
import { ForwardedFields, maxIntermediates, RawFields, type FieldValues, type ForwardedCertificate } from '../forwarding/index.js'
import type { CustomCertificate, CustomForwarding, HeaderForwarding } from './forwarding-options.js'

/** What one request brings, found and not yet read. */
export interface Forwarded {
  /** Whether the proxy says that it verified the certificate; `undefined` where it says nothing of it. */
  readonly isFoundGood: boolean | undefined
  /** What all of it follows from; `undefined` where that is not fields alone. */
  readonly fields: FieldValues | undefined
  /** `undefined` where it tells of no certificate. @throws ForwardedCertificateError */
  read (): ForwardedCertificate | undefined
}

/** Where in a request a certificate is, and how it is read. */
export interface ForwardedCertificates {
  /** The fields that are looked at, in lower case. */
  readonly names: readonly string[]
  /** `undefined` where no certificate is there. @throws ForwardedCertificateError the fields are not what a proxy alone would have written */
  find (request: FastifyRequest): Forwarded | undefined
}

export const forwardedCertificates = (given: HeaderForwarding | CustomForwarding): ForwardedCertificates =>
  given.from === 'custom' ? new CustomCertificates(given) : new HeaderCertificates(given)

class HeaderCertificates implements ForwardedCertificates {
  readonly #fields: ForwardedFields

  constructor (options: HeaderForwarding) {
    this.#fields = new ForwardedFields(options)
  }

  get names (): readonly string[] {
    return this.#fields.names
  }

  find ({ raw }: FastifyRequest): Forwarded | undefined {
    const fields = this.#fields.find(raw.rawHeaders)
    return fields && { isFoundGood: fields.isFoundGood, fields, read: () => this.#fields.read(fields) }
  }
}

class CustomCertificates implements ForwardedCertificates {
  readonly names: readonly string[]
  readonly #options: CustomForwarding
  readonly #fields: RawFields

  constructor (options: CustomForwarding) {
    const { headers, verdictHeader } = options
    this.#options = options
    this.names = [...headers, verdictHeader].filter((name) => name !== undefined).map((name) => name.toLowerCase())
    this.#fields = new RawFields(this.names)
  }

  find (request: FastifyRequest): Forwarded | undefined {
    this.#fields.read(request.raw.rawHeaders)
    const given = this.#read(request)
    return given === undefined ? undefined : { isFoundGood: this.#isFoundGood(request.raw.headers), fields: undefined, read: () => forwardedOf(given) }
  }

  #read (request: FastifyRequest): CustomCertificate {
    try {
      return this.#options.read(request)
    } catch (cause) {
      throw new ForwardedCertificateError('forwarding.read threw', cause)
    }
  }

  #isFoundGood (headers: NodeJS.Dict<string | string[]>): boolean | undefined {
    const { verdictHeader, verdict = 'SUCCESS' } = this.#options
    return verdictHeader === undefined ? undefined : headers[verdictHeader.toLowerCase()] === verdict
  }
}

function forwardedOf (given: NonNullable<CustomCertificate>): ForwardedCertificate {
  const { certificate, intermediates = [] } = given instanceof Uint8Array ? { certificate: given } : Object(given)
  const octets: readonly Uint8Array[] = [certificate].concat(intermediates)
  if (!octets.every((each) => each instanceof Uint8Array)) throw new ForwardedCertificateError('forwarding.read answered neither octets nor { certificate, intermediates }')
  if (intermediates.length > maxIntermediates) throw new ForwardedCertificateError(`forwarding.read answered more than ${maxIntermediates} intermediates`)
  const [first, ...others] = octets.map((each) => Buffer.from(each))
  return { certificate: first, intermediates: others }
}
