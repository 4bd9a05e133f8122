import { knownHashes, signatureProblem, type Certificate } from '../certificate/index.js'

/** Whether the certificate names this issuer and bears its signature; whether it may be relied on is not asked. */
export const isIssuedBy = ({ issuer: name, signatureAlgorithm: algorithm, tbsCertificate: octets, signature }: Certificate, issuer: Certificate): boolean =>
  name.equals(issuer.subject) && signatureProblem({ algorithm, octets, signature }, issuer, knownHashes) === undefined
