import type { FastifyBaseLogger } from 'fastify'
import type { Certificate } from '../certificate/index.js'
import { daysLeft, listGauges, type ListGauge } from './gauges.js'
import type { Trust } from './trust.js'
import type { TrustProfile } from './trust-profile.js'

export interface WarningSources {
  readonly trust: Trust
  readonly serverCertificate: () => Certificate | undefined
  readonly log: FastifyBaseLogger
  readonly now: () => number
}

const hour = 60 * 60 * 1000

// A certificate that is renewed in time, when a third of its life is left, never gets here; nor one of years with a month to go.
const warnDaysBefore = 30
const warnPartOfLife = 0.3

const lifeInDays = (certificate: Certificate) => daysLeft(certificate, certificate.validity.notBefore.getTime())

const expiresSoon = (certificate: Certificate, at: number): boolean =>
  daysLeft(certificate, at) <= Math.min(warnDaysBefore, lifeInDays(certificate) * warnPartOfLife)

function authorityProblem (authority: Certificate, at: number): string | undefined {
  if (at < authority.validity.notBefore.getTime()) return 'the certificate of a CA is not valid yet: clients that it signed are refused'
  if (daysLeft(authority, at) < 0) return 'the certificate of a CA has expired: clients that it signed are refused'
  return expiresSoon(authority, at) ? 'the certificate of a CA expires soon: from then on clients that it signed are refused' : undefined
}

const isSameAuthority = (one: Certificate, other: Certificate): boolean => one.subject.equals(other.subject) && one.publicKey.equals(other.publicKey)

/** Says well before a CA, a certificate list or the server's certificate runs out that it will; once a day for each. */
export class Warnings {
  readonly #sources: WarningSources
  readonly #timer: NodeJS.Timeout
  readonly #warned = new Map<string, number>()

  constructor (sources: WarningSources) {
    this.#sources = sources
    this.look()
    this.#timer = setInterval(() => this.look(), hour).unref()
  }

  look (): void {
    const { trust, serverCertificate, now } = this.#sources
    const certificate = serverCertificate()
    if (certificate !== undefined) this.#lookAtServer(certificate, now())
    for (const { profile } of trust.sources) for (const authority of profile.authorities) this.#lookAtAuthority(authority, profile, now())
    for (const list of listGauges(trust, now())) this.#lookAtList(list, now())
  }

  #lookAtServer (certificate: Certificate, at: number): void {
    if (!expiresSoon(certificate, at)) return
    const message = daysLeft(certificate, at) < 0 ? 'the certificate of this server has expired' : 'the certificate of this server expires soon'
    this.#warn('server', at, { serverCertificate: { subject: certificate.subject.toShortString(), notAfter: certificate.validity.notAfter.toISOString() } }, message)
  }

  #lookAtAuthority (authority: Certificate, { name, authorities }: TrustProfile, at: number): void {
    const problem = authorityProblem(authority, at)
    // The same key may be certified anew under the same name: then paths go on by the new certificate.
    if (problem === undefined || authorities.some((other) => authorityProblem(other, at) === undefined && isSameAuthority(other, authority))) return
    const { subject, fingerprint256, validity } = authority
    const facts = { profile: name, subject: subject.toString(), fingerprint256, notBefore: validity.notBefore.toISOString(), notAfter: validity.notAfter.toISOString() }
    this.#warn(`${name} ${fingerprint256} ${problem}`, at, { certificateAuthority: facts }, problem)
  }

  // A list that is published anew when half of its time is over never gets here.
  #lookAtList ({ nextUpdateInSeconds, ageSeconds, ...list }: ListGauge, at: number): void {
    if (nextUpdateInSeconds === undefined || nextUpdateInSeconds > (nextUpdateInSeconds + ageSeconds) / 4) return
    const message = nextUpdateInSeconds < 0 ? 'a certificate list is stale' : 'a certificate list will be stale soon'
    this.#warn(`${list.profile} ${list.issuer} ${list.source}`, at, { certificateList: { ...list, nextUpdateInSeconds } }, message)
  }

  #warn (key: string, at: number, facts: object, message: string): void {
    const warned = this.#warned.get(key)
    if (warned !== undefined && at - warned < 24 * hour) return
    this.#warned.set(key, at)
    this.#sources.log.warn(facts, message)
  }

  close (): void {
    clearInterval(this.#timer)
  }
}
