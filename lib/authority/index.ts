/** A small certificate authority: makes one, opens one, and issues certificates. It stores nothing and reads no clock. */
export { Authority, type Issued, type IssueOptions } from './authority.js'
export { createAuthority, type CreateOptions } from './create-authority.js'
export { openAuthority, type OpenOptions } from './open-authority.js'
export { generatePrivateKey, keyTypes, type KeyType } from './key-type.js'
export { keySigner, type Signer } from './signer.js'
export type { Profile } from './profile.js'
export type { SubjectName } from './subject.js'
export type { ValidityOptions, WhenPastEnd } from './validity.js'
