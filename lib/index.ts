import { plugin } from './plugin/index.js'

export default plugin
// What `require()` of this package returns.
export { plugin as 'module.exports' }
export { plugin as clientCertificate }
export type {
  Checkable, AuthorityGauge, ClientCertificateOptions, ClientCertificates, ClosingOptions, ConnectedClient, CustomCertificate, DaysToExpiry, DenyEntry, ForwardingOptions, Gauges, ListGauge, Mode, RawRequestOptions, RefusalRecord, ReloadRecord, RevocationSettings, Source,
  TrustedProxy, TrustProfileOptions
} from './plugin/index.js'
export type { Policy, PolicyObject, Predicate } from './authorization/index.js'
export type { Certificate, DistinguishedName } from './certificate/index.js'
export { ClientCertificateError, OptionError, RegistrationError, RuntimeError } from './errors.js'
