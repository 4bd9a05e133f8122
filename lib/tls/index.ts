export { readClientAuthorities, readServerCredentials } from './credentials.js'
export { checkTlsOptions, contextOptions, inheritedCredentials, inheritedOptions, type ContextCredentials, type TlsOptions } from './context-options.js'
export { connectionOf, TlsServers, type HandshakeFailure, type ServerEvents } from './servers.js'
export type { PeerCertificates } from './peer.js'
