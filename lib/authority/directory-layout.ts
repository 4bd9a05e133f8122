import { join } from 'node:path'
import { serialText } from './openssl-index.js'

/** Where a directory of certificates keeps what. */
export interface DirectoryLayout {
  readonly directory: string
  readonly index: string
  readonly attributes: string
  /** The serial number that `openssl ca` gives out next. */
  readonly serial: string
  readonly listNumber: string
  /** Of this program alone. */
  readonly lock: string
  /** The folders that a certificate is written to. */
  readonly folders: readonly string[]
  /** The files that a new certificate is written to. */
  newFiles (serialNumber: string): readonly string[]
  /** The files that it may be found in. */
  files (serialNumber: string): readonly string[]
}

const common = (directory: string) => ({
  directory,
  index: join(directory, 'index.txt'),
  attributes: join(directory, 'index.txt.attr'),
  serial: join(directory, 'serial'),
  listNumber: join(directory, 'crlnumber'),
  lock: join(directory, 'index.txt.lock')
})

/** That of the configuration that comes with `openssl ca`. Names of files are made of serial numbers alone. */
export function opensslLayout (directory: string): DirectoryLayout {
  const folder = join(directory, 'newcerts')
  const files = (serialNumber: string) => [join(folder, `${serialText(serialNumber)}.pem`)]
  return { ...common(directory), folders: [folder], newFiles: files, files }
}

/**
 * That of the `pki` of easy-rsa 3. What is in `issued/` has a name there: here it is the serial number, so that
 * `easyrsa revoke SERIAL` finds it. What easy-rsa revoked or renewed, it moved.
 */
export function easyRsaLayout (pki: string): DirectoryLayout {
  const bySerial = (serialNumber: string) => join(pki, 'certs_by_serial', `${serialText(serialNumber)}.pem`)
  const named = (folder: string) => (serialNumber: string) => join(pki, folder, `${serialText(serialNumber)}.crt`)
  const issued = named('issued')
  const places = [bySerial, issued, named('revoked/certs_by_serial'), named('renewed/certs_by_serial')]
  return {
    ...common(pki),
    folders: [join(pki, 'certs_by_serial'), join(pki, 'issued')],
    newFiles: (serialNumber) => [bySerial(serialNumber), issued(serialNumber)],
    files: (serialNumber) => places.map((place) => place(serialNumber))
  }
}
