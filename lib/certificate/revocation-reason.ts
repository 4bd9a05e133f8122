/** CRLReason (RFC 5280, section 5.3.1): the number of each name; 7 is not used. */
export const revocationReasons = Object.freeze({
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
  privilegeWithdrawn: 9,
  aACompromise: 10
} as const)

/** Why a certificate was revoked. `certificateHold` alone can be taken back. */
export type RevocationReason = keyof typeof revocationReasons
