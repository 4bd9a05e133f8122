/** Where certificate lists and OCSP responses come from: files, HTTP, memory. */
export { fetchOctets, type FetchLimits, type FetchRequest } from './fetch.js'
export { CertificateLists, type CertificateListState, type CertificateListSurroundings } from './certificate-lists.js'
export type { CertificateListOptions } from './list-options.js'
export type { Source } from './list-source.js'
export type { Report, ReportedEvent } from './report.js'
export { OcspClient, type OcspOptions, type OcspSurroundings } from './ocsp-client.js'
export { isListName } from './list-files.js'
