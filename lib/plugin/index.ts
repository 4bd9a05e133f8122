export { plugin } from './plugin.js'
export type { ClientCertificates } from './augmentation.js'
export type { ClientCertificateOptions, Mode, Source } from './options.js'
