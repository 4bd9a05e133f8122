import { join } from 'node:path'
import { openAuthority, openDirectoryStore, type Authority, type OpenOptions, type Signer } from '../authority/index.js'
import { readCertificates, readPrivateKey, signatureAlgorithmOf, type Certificate } from '../certificate/index.js'
import { Failure } from './failure.js'
import { isThere, readInput } from './files.js'
import { authorityPassphrase, openWithPassphrase } from './passphrase.js'
import { readPlaces } from './places.js'
import { readAs } from './read-contents.js'
import type { Terminal } from './terminal.js'

/** Where the certificate and the private key of an authority lie in its directory. */
interface Layout {
  readonly certificate: string
  readonly privateKey: string
}

/** The files of an authority that is made here. */
export const ownLayout: Layout = { certificate: 'ca.cer', privateKey: 'ca.key' }

/** The certificates above an intermediate, its issuer's first. */
export const chainFile = 'chain.cer'

// Those of easy-rsa and of OpenSSL's CA.pl are opened as they are.
const layouts: readonly Layout[] = [
  ownLayout,
  { certificate: 'ca.crt', privateKey: join('private', 'ca.key') },
  { certificate: 'cacert.pem', privateKey: join('private', 'cakey.pem') }
]

export interface AuthorityOptions {
  readonly directory: string
  readonly caPassphraseFile?: string
}

/** Opens the authority in a directory that this command, easy-rsa or `openssl ca` made, to sign with its private key. */
export async function openDirectory (terminal: Terminal, { directory, caPassphraseFile }: AuthorityOptions): Promise<Authority> {
  const { name, ...parts } = await readDirectory(terminal, directory)
  const content = await readInput(terminal, name)
  const source = { what: name, source: authorityPassphrase, file: caPassphraseFile }
  const privateKey = await openWithPassphrase(terminal, source, (passphrase) => readPrivateKey(content, passphrase))
  return await openAuthority({ ...parts, privateKey })
}

/** Opens it to look into its records or to change them, which needs neither its private key nor the passphrase. */
export async function openRecords (terminal: Terminal, directory: string): Promise<Authority> {
  const { name, ...parts } = await readDirectory(terminal, directory)
  return await openAuthority({ ...parts, signer: nobody(parts.certificate) })
}

const nobody = ({ publicKey }: Certificate): Signer => ({
  publicKey,
  signatureAlgorithm: signatureAlgorithmOf(publicKey).identifier,
  sign: () => Buffer.alloc(0)
})

async function readDirectory (terminal: Terminal, directory: string): Promise<OpenOptions & { readonly name: string }> {
  const layout = await layoutOf(terminal, directory)
  const [certificate] = await readAs(terminal, join(directory, layout.certificate), readCertificates)
  const chain = join(directory, chainFile)
  const above = await isThere(terminal, chain) ? await readAs(terminal, chain, readCertificates) : []
  const store = await openDirectoryStore(terminal.path(directory))
  return { name: join(directory, layout.privateKey), certificate, above, store, places: await readPlaces(terminal, directory) }
}

async function layoutOf (terminal: Terminal, directory: string): Promise<Layout> {
  const [layout, other] = await layoutsIn(terminal, directory)
  if (layout === undefined) throw new Failure(`there is no authority in ${directory}: ${layouts.map(({ certificate }) => `no ${certificate}`).join(', ')}`, makeOne)
  if (other !== undefined) throw new Failure(`there are two authorities in ${directory}: ${layout.certificate} and ${other.certificate}`, 'move one of them away')
  return layout
}

async function layoutsIn (terminal: Terminal, directory: string): Promise<readonly Layout[]> {
  const found: Layout[] = []
  for (const layout of layouts) if (await isThere(terminal, join(directory, layout.certificate))) found.push(layout)
  return found
}

const makeOne = 'make one: client-certificate ca create --subject "CN=Example CA" --directory DIRECTORY'

/** Refuses a directory that an authority lives in already. */
export async function checkNoAuthority (terminal: Terminal, directory: string): Promise<void> {
  const [layout] = await layoutsIn(terminal, directory)
  if (layout !== undefined) throw new Failure(`there is an authority in ${directory} already: ${layout.certificate}`, 'nothing was changed: choose another directory')
}
