import type { Certificate, CertificateList } from '../certificate/index.js'
import type { CertificateLists, OcspClient } from '../revocation/index.js'
import { isStatusSkipped, type StatusSources, type VerifiedPath } from '../trust/index.js'

const noLists: readonly CertificateList[] = Object.freeze([])

/** What is at hand about revocation, and what can be asked for; of one trust profile. */
export class StatusFinder {
  readonly #lists: CertificateLists | undefined
  readonly #ocsp: OcspClient | undefined
  readonly #authorities: () => readonly Certificate[]

  constructor (lists: CertificateLists | undefined, ocsp: OcspClient | undefined, authorities: () => readonly Certificate[]) {
    this.#lists = lists
    this.#ocsp = ocsp
    this.#authorities = authorities
  }

  /**
   * Starts asking for what is not at hand, of a path that was verified. What to wait for before it can be judged, if anything:
   * an answer that is only to be renewed is not waited for. Never rejects.
   */
  ask ({ certificates }: VerifiedPath): Promise<unknown> | undefined {
    const [leaf] = certificates
    const isSkipped = isStatusSkipped(leaf)
    const listed = isSkipped ? certificates.slice(1) : certificates
    return settled([this.#lists?.fetchFor(listed), isSkipped ? undefined : this.#askResponder(certificates)])
  }

  #askResponder ([leaf, issuer]: readonly Certificate[]): Promise<unknown> | undefined {
    return issuer === undefined ? undefined : this.#ocsp?.askFor(leaf, issuer)
  }

  sourcesFor ({ certificates }: VerifiedPath): StatusSources {
    const [leaf, issuer] = certificates
    return {
      certificateLists: this.#lists?.lists ?? noLists,
      ocspResponses: issuer === undefined ? [] : this.#ocsp?.responsesFor(leaf, issuer),
      ocspMaxAge: this.#ocsp?.maxAge,
      certificates: this.#authorities()
    }
  }
}

function settled (asked: ReadonlyArray<Promise<unknown> | undefined>): Promise<unknown> | undefined {
  const pending = asked.filter((each) => each !== undefined)
  return pending.length === 0 ? undefined : Promise.all(pending)
}
