import { compilePolicy, judge, type CompiledPolicy, type Judgement, type NamePolicy, type OneOrMore } from '../authorization/index.js'
import type { Certificate } from '../certificate/index.js'
import { CertificationPathError, OptionError, type PathFacts } from '../errors.js'
import { defaultGrace } from '../tls/index.js'
import type { VerifiedPath } from '../trust/index.js'

/** Certificates that are refused, whatever a certificate list says; by one of three ways to tell them. */
export type DenyEntry =
  /** One certificate of an issuer, or several. `serialNumber` and `issuer` are as in a policy. */
  | { readonly issuer: NamePolicy, readonly serialNumber: OneOrMore<string | bigint> }
  /** SHA-256 over the certificate's DER. It refuses the same certificate with its ECDSA signature turned, too, as anybody can do. */
  | { readonly fingerprint256: OneOrMore<string> }
  /** SHA-256 over the SubjectPublicKeyInfo: each certificate of this key, also one that is still to be issued. */
  | { readonly publicKeyFingerprint256: OneOrMore<string> }

const forms: ReadonlySet<string> = new Set(['issuer,serialNumber', 'fingerprint256', 'publicKeyFingerprint256'])

/** A certificate of the path is on the deny list. */
export class Denial extends CertificationPathError {
  /** Milliseconds after which a connection of its client is cut off: the shortest of all entries that match. */
  readonly grace: number

  constructor (facts: PathFacts, grace: number) {
    super(facts)
    this.grace = grace
  }
}

/**
 * Those who are refused at once. A certificate of a CA on it refuses everyone below. It lives as long as the process: what
 * has to outlast it belongs in the option, or on a certificate list.
 */
export class DenyList {
  /** Each with its grace. */
  readonly #entries = new Map<CompiledPolicy, number>()
  readonly #warn: ((warning: string) => void) | undefined

  /**
   * `warn` takes a sentence for the log about each value that may be a mistake.
   * @throws OptionError `deny` is no list of entries
   */
  constructor (entries: readonly DenyEntry[] | undefined, warn?: (warning: string) => void) {
    this.#warn = warn
    if (entries !== undefined && !Array.isArray(entries)) throw new OptionError('deny', 'is not a list')
    for (const [index, entry] of (entries ?? []).entries()) this.add(entry, `deny[${index}]`)
  }

  /**
   * What it returns takes the entry away again. `grace` is in milliseconds.
   * @throws OptionError the entry has none of the three forms
   */
  add (entry: DenyEntry, key: string, grace = defaultGrace): () => void {
    checkForm(entry, key)
    const compiled = compilePolicy(entry, key, { warn: this.#warn })
    this.#entries.set(compiled, grace)
    return () => { this.#entries.delete(compiled) }
  }

  /** @throws CertificationPathError REVOKED: one of the path's certificates is on the list */
  check ({ certificates }: Pick<VerifiedPath, 'certificates'>): void {
    if (this.#entries.size === 0) return
    const graces = certificates.map((certificate, place) => this.#graceOf(certificate.along(certificates.slice(place + 1))))
    const depth = graces.findIndex((grace) => grace !== Infinity)
    if (depth === -1) return
    const certificate = certificates[depth].subject.toShortString()
    throw new Denial({ rule: 'REVOKED', problem: 'the certificate is on the deny list', depth, certificate }, Math.min(...graces))
  }

  /** The shortest of the entries that match the certificate, or `Infinity` if none does. */
  #graceOf (certificate: Certificate): number {
    let shortest = Infinity
    for (const [entry, grace] of this.#entries) {
      // The entries have no predicates, and so no answers to wait for.
      if ((judge(entry, certificate, undefined) as Judgement).permitted) shortest = Math.min(shortest, grace)
    }
    return shortest
  }
}

function checkForm (entry: unknown, key: string): void {
  const form = typeof entry === 'object' && entry !== null ? Object.keys(entry).sort().join() : ''
  if (!forms.has(form)) throw new OptionError(key, 'is none of { issuer, serialNumber }, { fingerprint256 }, { publicKeyFingerprint256 }')
}
