export { isSelfSigned } from './signature.js'
export { verifyCertificationPath, type CertificateInput, type PathOptions } from './verify.js'
export type { Purpose } from './rules.js'
export type { VerifiedPath } from './verified-path.js'
