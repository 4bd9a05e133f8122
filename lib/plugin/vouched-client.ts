import { readCertificate, type Certificate } from '../certificate/index.js'
import { CertificationPathError } from '../errors.js'
import type { Called } from './called.js'
import type { DenyList } from './deny-list.js'
import type { TrustProfile } from './trust-profile.js'
import { good, outOfDate, refusedFor, type Verdict } from './verdict.js'

/** A client whose certification path a trusted proxy verified: here dates and the deny list are looked at, and nothing else is known. */
export class VouchedClient implements Called {
  readonly #certificate: Certificate
  readonly #isFoundGood: boolean
  readonly #denyList: DenyList
  readonly latest = undefined
  readonly isTurnedAway = false

  /** @throws CertificateError */
  constructor (der: Buffer, isFoundGood: boolean, denyList: DenyList) {
    // Policies pass only who has a path. This one ends where it begins, and so has no anchor to be asked for.
    this.#certificate = readCertificate(der).along([])
    this.#isFoundGood = isFoundGood
    this.#denyList = denyList
  }

  verdictAt (at: number, { name }: TrustProfile): Verdict {
    const certificate = this.#certificate
    const cause = this.#problemFor(name)
    if (cause !== undefined) return refusedFor(cause, certificate, at)
    const { notBefore, notAfter } = certificate.validity
    return certificate.isValidAt(new Date(at)) ? good({ certificate, notBefore, notAfter }, Infinity) : outOfDate(certificate, at)
  }

  #problemFor (profile: string): Error | undefined {
    if (!this.#isFoundGood) return new Error('the proxy does not say that it verified the certificate')
    if (profile !== 'default') return new Error(`the certificate was verified by a proxy, and not by trust profile ${profile}`)
    try {
      this.#denyList.check({ certificates: [this.#certificate] })
      return undefined
    } catch (error) {
      if (error instanceof CertificationPathError) return error
      throw error
    }
  }
}
