import { isPkcs12, readCertificates, readPkcs12, type Certificate } from '../certificate/index.js'
import { OptionError } from '../errors.js'
import { isSelfSigned } from './issuer.js'
import { explain, passphraseOption, type Passphrase } from './passphrase.js'
import { checkIsKnown, problemWith, readSource, type Content, type Source } from './source.js'

/** Who may sign clients. */
export interface ClientAuthorityOptions {
  /** Certificates of CAs: PEM with one or several, DER, or PKCS #12; or a list of such. */
  readonly ca?: Source | readonly Source[]
  /** Of every PKCS #12 among them; without one the empty passphrase is tried. */
  readonly caPassphrase?: string
}

export interface ClientAuthorities {
  /** In the order of the options, each once; at least one of them is a root. */
  readonly certificates: readonly Certificate[]
}

/**
 * Reads the certificates of those who may sign clients; `undefined` where no option names any. Each is seen to be a
 * CA's, and one at least a self-signed root. Private keys that lie beside them are not used. Dates are not looked at.
 * @throws OptionError ..._INVALID_OPTION: `key` is `ca` or `caPassphrase`
 */
export async function readClientAuthorities (options: ClientAuthorityOptions): Promise<ClientAuthorities | undefined> {
  const passphrase = passphraseOption('caPassphrase', options.caPassphrase)
  if (options.ca === undefined) return undefined
  const found: Authority[] = []
  for (const source of sourcesOf(options.ca)) found.push(...await readAuthorities(source, passphrase))
  checkHasRoot(found)
  return Object.freeze({ certificates: Object.freeze(withoutDuplicates(found)) })
}

function sourcesOf (ca: unknown): readonly unknown[] {
  if (!Array.isArray(ca)) return [ca]
  if (ca.length === 0) throw new OptionError('ca', 'is an empty list')
  return ca
}

/**
 * All certificates of a source: PEM, DER or PKCS #12 without a passphrase. What they are is not looked at.
 * @throws OptionError
 */
export async function readCertificatesFrom (key: string, source: unknown): Promise<readonly Certificate[]> {
  const content = await readSource(key, source)
  checkIsKnown(content)
  const passphrase = passphraseOption('caPassphrase', undefined)
  try {
    return await certificatesFrom(content, passphrase)
  } catch (error) {
    throw explain(error, content, passphrase)
  }
}

interface Authority {
  readonly certificate: Certificate
  readonly isRoot: boolean
}

async function readAuthorities (source: unknown, passphrase: Passphrase): Promise<Authority[]> {
  const content = await readSource('ca', source)
  checkIsKnown(content)
  try {
    const certificates = await certificatesFrom(content, passphrase)
    return certificates.map((certificate) => authority(certificate, content))
  } catch (error) {
    throw explain(error, content, passphrase)
  }
}

async function certificatesFrom (content: Content, passphrase: Passphrase): Promise<Certificate[]> {
  if (!isPkcs12(content.octets)) return readCertificates(content.octets)
  const { certificate, certificates } = await readPkcs12(content.octets, passphrase.value)
  const found = certificate === undefined ? [...certificates] : [certificate, ...certificates]
  if (found.length === 0) throw problemWith(content, 'holds no certificate')
  return found
}

function authority (certificate: Certificate, content: Content): Authority {
  const isRoot = isSelfSigned(certificate)
  const problem = authorityProblem(certificate, isRoot)
  if (problem === undefined) return { certificate, isRoot }
  throw problemWith(content, `holds the certificate of ${certificate.subject}, which is not a CA's: ${problem}`)
}

// RFC 5280, section 6.1.4 (k) to (n), but for roots of before version 3, which had no way to say that they are one.
function authorityProblem ({ version, basicConstraints, keyUsage }: Certificate, isRoot: boolean): string | undefined {
  if (version < 3) return isRoot ? undefined : `it has version ${version} and is not self-signed`
  if (basicConstraints === undefined) return 'it has no basicConstraints that say so (`openssl req -x509 -addext basicConstraints=critical,CA:TRUE`)'
  if (!basicConstraints.cA) return 'its basicConstraints say that it is none'
  return keyUsage === undefined || keyUsage.includes('keyCertSign') ? undefined : 'its keyUsage has no keyCertSign'
}

function checkHasRoot (authorities: readonly Authority[]): void {
  if (authorities.some(({ isRoot }) => isRoot)) return
  throw new OptionError('ca', `holds no root: a self-signed certificate is needed, too, such as that of ${authorities.at(-1)?.certificate.issuer}`)
}

const withoutDuplicates = (authorities: readonly Authority[]): Certificate[] =>
  [...new Map(authorities.map(({ certificate }) => [certificate.fingerprint256, certificate])).values()]
