/** Milliseconds by which the clock of a CA, or of its OCSP responder, may be ahead of ours: as much as `openssl ocsp` grants. */
export const clockSkew = 5 * 60 * 1000
