import { AuthorityError } from '../errors.js'
import {
  authorityKeyIdentifierExtension, cRLNumberExtension, readCertificateList, writeCertificateList, writeTbsCertificateList, type Certificate, type CertificateList
} from '../certificate/index.js'
import type { Signer } from './signer.js'
import type { StoreEntry } from './store.js'
import { validityPeriod } from './validity.js'

export interface CertificateListOptions {
  /** The time of issue: now, as the caller's clock has it. */
  readonly at: Date
  /** By how many seconds `thisUpdate` lies before `at`, for servers whose clocks are slow: they would not take a list of a time to come. Default 60. */
  readonly backdateSeconds?: number
  /** In how many days of 24 hours the next list will be there at the latest. Instead of `nextUpdate`. */
  readonly days?: number
  /** When the next list will be there at the latest. Instead of `days`. */
  readonly nextUpdate?: Date
}

export const certificateListOptions = ['at', 'backdateSeconds', 'days', 'nextUpdate']

export interface ListIssuer {
  readonly certificate: Certificate
  readonly keyIdentifier: Buffer
  readonly signer: Signer
}

/** A full list of version 2: everyone who was revoked or is held, also those whose certificates have expired since, as `openssl ca -gencrl` does it. */
export async function signCertificateList (issuer: ListIssuer, entries: readonly StoreEntry[], number: bigint, options: CertificateListOptions): Promise<CertificateList> {
  const { signer, certificate, keyIdentifier } = issuer
  const { signatureAlgorithm } = signer
  const tbs = writeTbsCertificateList({
    signatureAlgorithm,
    issuer: certificate.subject.raw,
    ...updates(options),
    revoked: revokedOnes(entries),
    extensions: [authorityKeyIdentifierExtension(keyIdentifier), cRLNumberExtension(number)]
  })
  return readCertificateList(writeCertificateList(tbs, signatureAlgorithm, await signer.sign(tbs)))
}

/** @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: the authority may not sign lists, or an end that cannot be */
export function checkListIssuer ({ keyUsage, subject }: Certificate, options: CertificateListOptions): void {
  if (keyUsage !== undefined && !keyUsage.includes('cRLSign')) throw new AuthorityError(`certificate of ${subject} has a keyUsage without cRLSign`)
  updates(options)
}

function updates ({ at, backdateSeconds, days, nextUpdate }: CertificateListOptions) {
  if ((days === undefined) === (nextUpdate === undefined)) throw new AuthorityError('one of days and nextUpdate has to be given')
  const { notBefore, notAfter } = validityPeriod({ at, days, notAfter: nextUpdate, backdateSeconds })
  return { thisUpdate: notBefore, nextUpdate: notAfter }
}

function * revokedOnes (entries: readonly StoreEntry[]) {
  for (const { serialNumber, revocation } of entries) {
    if (revocation === undefined) continue
    const { at, reason, invalidityDate } = revocation
    yield { serialNumber, revocationDate: at, reason, invalidityDate }
  }
}
