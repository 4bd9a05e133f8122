import type { Certificate, RevocationReason } from '../certificate/index.js'

/** That a certificate was revoked. */
export interface Revocation {
  /** When it was revoked; whole seconds count. */
  readonly at: Date
  /** Default: none is told, which is not the same as `unspecified`. */
  readonly reason?: RevocationReason
  /** Since when the private key is thought to have been known to others (RFC 5280, section 5.3.2). */
  readonly invalidityDate?: Date
}

/** One certificate that the authority issued, as its store knows it. */
export interface StoreEntry {
  /** Lower-case hexadecimal, as `certificate.serialNumber`. */
  readonly serialNumber: string
  /** The subject in RFC 4514 form. For people: nothing is decided on it. */
  readonly subject: string
  readonly notAfter: Date
  /** `undefined` while it is not revoked. */
  readonly revocation: Revocation | undefined
}

/**
 * Where an authority keeps what it issued. What a promise here was fulfilled for is durable: it is there again after the
 * process was killed. Several processes may use one store at once. All errors are `AuthorityError`s, or those of the system.
 */
export interface Store {
  /** Every entry, in the order of issue. */
  list (): Promise<readonly StoreEntry[]>
  /** The certificate itself; `undefined` where the serial number is unknown, or only the entry was kept. */
  certificate (serialNumber: string): Promise<Certificate | undefined>
  /**
   * Records a certificate, before it is handed out.
   * @throws AuthorityError its serial number is there already
   */
  add (certificate: Certificate): Promise<void>
  /**
   * Sets or takes back the revocation of one entry: `change` is given the entry as it is while nobody else can change it, and
   * returns what its revocation is to be. What it throws is passed on, and nothing is changed.
   * @throws AuthorityError the serial number is unknown
   */
  update (serialNumber: string, change: (entry: StoreEntry) => Revocation | undefined): Promise<StoreEntry>
  /** The number of the next certificate list (RFC 5280, section 5.2.3): greater each time, never the same twice. */
  nextListNumber (): Promise<bigint>
}
