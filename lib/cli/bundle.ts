import { writePem, type Certificate } from '../certificate/index.js'

/** What goes with a certificate so that others can verify it: those above it but the root, which they have to have already. */
export const withoutRoots = (chain: readonly Certificate[]): readonly Certificate[] => chain.filter((certificate) => !certificate.isSelfIssued)

/** Certificates as PEM, one after the other. */
export const pemOf = (certificates: readonly Certificate[]): string =>
  certificates.map(({ raw }) => writePem('CERTIFICATE', raw)).join('')
