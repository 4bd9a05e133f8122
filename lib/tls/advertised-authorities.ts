import type { Certificate } from '../certificate/index.js'
import { OptionError } from '../errors.js'
import { readCertificatesFrom } from './client-authorities.js'
import type { Source } from './source.js'

/** Which CAs a client is told to choose its certificate by: all that may sign it, none of them, or these. */
export type AdvertisedAuthorities = 'all' | 'none' | readonly Source[]

/** @throws OptionError */
export function checkAdvertised (given: unknown, key: string): void {
  if (given === undefined || given === 'all' || given === 'none') return
  if (!Array.isArray(given)) throw new OptionError(key, 'must be \'all\', \'none\' or a list of certificates')
  if (given.length === 0) throw new OptionError(key, 'is an empty list: set it to \'none\'')
}

/**
 * The certificates whose names are sent. Of those that are given nothing but the name counts: they need not be a CA's, and are not trusted.
 * @throws OptionError a source cannot be read: `key` is `advertisedAuthorities`
 */
export async function readAdvertised (given: AdvertisedAuthorities = 'all', all: readonly Certificate[]): Promise<readonly Certificate[]> {
  if (given === 'all') return all
  if (given === 'none') return []
  const read: Certificate[] = []
  for (const source of given) read.push(...await readCertificatesFrom('advertisedAuthorities', source))
  return read
}

/** One of each name: clients choose by names alone. */
export const oneOfEachName = (certificates: readonly Certificate[]): readonly Certificate[] =>
  [...new Map(certificates.map((certificate) => [certificate.subject.raw.toString('latin1'), certificate])).values()]

/** The bytes that the names take in a handshake: two for the length of each (RFC 5246, section 7.4.4; RFC 8446, section 4.2.4). */
export const namesSize = (certificates: readonly Certificate[]): number =>
  certificates.reduce((sum, { subject }) => sum + 2 + subject.raw.length, 0)

/** A handshake fails with 65,536 bytes in TLS 1.2, and with 65,484 in TLS 1.3, where signature algorithms share the space. */
export const maxNamesSize = 65_000

/** Java refuses handshake messages of more than 32 KiB (`jdk.tls.maxHandshakeMessageSize`), and others have limits of their own. */
export const largeNamesSize = 30 * 1024
