import type { KeyObject } from 'node:crypto'
import { isKeyOf, isPkcs12, readCertificates, readPkcs12, readPrivateKey, writePem, writePrivateKey, type Certificate, type Pkcs12 } from '../certificate/index.js'
import { OptionError } from '../errors.js'
import { chainOf } from './issuer.js'
import { explain, passphraseOption, type Passphrase } from './passphrase.js'
import { checkIsPemOrDer, problemWith, readSource, type Content, type Source } from './source.js'

/** Who the server is; the words are those of Node's `tls.createSecureContext`. */
export interface ServerCredentialOptions {
  /** The private key: PEM or DER. */
  readonly key?: Source
  /** The certificate: PEM, with the certificates of its chain after it, or DER. */
  readonly cert?: Source
  /** Both, and the chain, in a PKCS #12. */
  readonly pfx?: Source
  /** Of the private key, or of the PKCS #12; not looked at where neither is encrypted. */
  readonly passphrase?: string
}

/** What a TLS server shows of itself. The key is in the clear: never log this. */
export interface ServerCredentials {
  /** The private key: PKCS #8 in PEM, not encrypted. */
  readonly key: string
  /** PEM: the server's certificate, then its chain. */
  readonly cert: string
  readonly certificate: Certificate
}

/**
 * Reads the server's private key and certificates, and sees that they fit each other; `undefined` where no option
 * names any. Dates and names of the certificate are not looked at. Of a PKCS #12, only the issuers of the server's
 * certificate are taken into its chain: what else is in there is not shown, and nothing of it is trusted.
 * @throws OptionError ..._INVALID_OPTION: `key` is the option that is to change
 */
export async function readServerCredentials (options: ServerCredentialOptions): Promise<ServerCredentials | undefined> {
  const { key, cert, pfx } = options
  const passphrase = passphraseOption('passphrase', options.passphrase)
  if (pfx === undefined) return key === undefined && cert === undefined ? undefined : fromPair(key, cert, passphrase)
  if (key !== undefined || cert !== undefined) throw new OptionError('pfx', 'stands beside \'key\' or \'cert\': it brings both, so give one or the other')
  return fromPkcs12(await readSource('pfx', pfx), passphrase)
}

async function fromPair (key: unknown, cert: unknown, passphrase: Passphrase): Promise<ServerCredentials> {
  if (key === undefined) throw new OptionError('key', 'is missing: \'cert\' needs its private key')
  if (cert === undefined) throw new OptionError('cert', 'is missing: \'key\' needs its certificate')
  const privateKey = keyFrom(await readSource('key', key), passphrase)
  const content = await readSource('cert', cert)
  const certificates = certificatesFrom(content, passphrase)
  checkFit(privateKey, certificates, content)
  return serverCredentials(privateKey, certificates)
}

function keyFrom (content: Content, passphrase: Passphrase): KeyObject {
  checkIsPemOrDer(content)
  try {
    return readPrivateKey(content.octets, passphrase.value)
  } catch (error) {
    throw explain(error, content, passphrase)
  }
}

function certificatesFrom (content: Content, passphrase: Passphrase): Certificate[] {
  checkIsPemOrDer(content)
  try {
    return readCertificates(content.octets)
  } catch (error) {
    throw explain(error, content, passphrase)
  }
}

function checkFit (privateKey: KeyObject, certificates: readonly Certificate[], content: Content): void {
  const place = certificates.findIndex((certificate) => isKeyOf(privateKey, certificate))
  if (place > 0) throw problemWith(content, `has to begin with the server's own certificate, which stands at place ${place + 1}`)
  if (place < 0) throw new OptionError('key', `does not fit 'cert': it is not the private key of ${certificates[0].subject}`)
}

async function fromPkcs12 (content: Content, passphrase: Passphrase): Promise<ServerCredentials> {
  if (!isPkcs12(content.octets)) throw problemWith(content, 'is no PKCS #12: name PEM and DER in options \'key\' and \'cert\'')
  try {
    return credentialsOf(await readPkcs12(content.octets, passphrase.value), content)
  } catch (error) {
    throw explain(error, content, passphrase)
  }
}

function credentialsOf ({ privateKey, certificate, certificates }: Pkcs12, content: Content): ServerCredentials {
  if (privateKey === undefined) throw problemWith(content, 'holds no private key')
  if (certificate === undefined) throw problemWith(content, `holds no certificate${certificates.length > 0 ? ' that fits its private key' : ''}`)
  return serverCredentials(privateKey, [certificate, ...chainOf(certificate, certificates)])
}

const serverCredentials = (privateKey: KeyObject, certificates: readonly Certificate[]): ServerCredentials => Object.freeze({
  key: writePrivateKey(privateKey),
  cert: certificates.map((certificate) => writePem('CERTIFICATE', certificate.raw)).join(''),
  certificate: certificates[0]
})
