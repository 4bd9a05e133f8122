import { readCertificate, readPresentedCertificate, type Certificate } from '../certificate/index.js'
import { CertificationPathError } from '../errors.js'
import type { Called } from './called.js'
import type { DenyList } from './deny-list.js'
import type { LiveClient } from './live-connections.js'
import type { Seen, TrustProfile } from './trust-profile.js'
import { good, outOfDate, refusedFor, type Verdict } from './verdict.js'

/** A client whose certification path a trusted proxy verified: here dates and the deny list are looked at, and nothing else is known. */
export class VouchedClient implements Called, LiveClient {
  readonly #certificate: Certificate
  readonly #isFoundGood: boolean
  readonly #denyList: DenyList
  /** Milliseconds since 1970: when a proxy named it. */
  readonly since: number
  latest: Pick<Seen, 'profile' | 'revision' | 'verdict'> | undefined
  readonly isTurnedAway = false
  /** Once a profile let it in, what others say does not end it. */
  #letInBy: TrustProfile | undefined

  /** @throws CertificateError */
  constructor (der: Buffer, isFoundGood: boolean, denyList: DenyList, since: number) {
    // Policies pass only who has a path. This one ends where it begins, and so has no anchor to be asked for.
    this.#certificate = (isFoundGood ? readCertificate(der) : readPresentedCertificate(der)).along([])
    this.#isFoundGood = isFoundGood
    this.#denyList = denyList
    this.since = since
  }

  verdictAt (at: number, profile: TrustProfile): Verdict {
    const verdict = this.#verdictBy(profile, at)
    if (verdict.refusal === null) this.#letInBy = profile
    if (this.#letInBy === undefined || this.#letInBy === profile) this.latest = { profile, revision: profile.revision, verdict }
    return verdict
  }

  #verdictBy ({ name }: TrustProfile, at: number): Verdict {
    const certificate = this.#certificate
    const cause = this.#problemFor(name)
    if (cause !== undefined) return refusedFor(cause, certificate, at, cause instanceof CertificationPathError ? undefined : 'NOT_VOUCHED')
    const { notBefore, notAfter } = certificate.validity
    return certificate.isValidAt(new Date(at)) ? good({ certificate, notBefore, notAfter }, Infinity) : outOfDate(certificate, at)
  }

  isOverAt (at: number): boolean {
    return this.#letInBy !== undefined && this.verdictAt(at, this.#letInBy).refusal !== null
  }

  nextLook (): number {
    return this.latest?.verdict.refusal === null ? this.latest.verdict.until : Infinity
  }

  /** Nothing is kept of what was said. */
  forget ({ fingerprints256 }: Certificate): boolean {
    return fingerprints256.includes(this.#certificate.fingerprint256)
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
