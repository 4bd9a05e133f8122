import type { Authority, Issued } from '../authority/index.js'
import { writePkcs12, writePrivateKey, type GeneralNameText } from '../certificate/index.js'
import type { AuthorityOptions } from './authority-directory.js'
import { pemOf, withoutRoots } from './bundle.js'
import { createFiles, type OutputFile } from './files.js'
import { handOut } from './hand-out.js'
import { makeKey } from './key.js'
import type { MadeFiles } from './made.js'
import type { NameOptions } from './names.js'
import { validityOf, type KeyTypeOption, type ValidityOptions } from './options.js'
import type { NewPassphraseOptions } from './passphrase.js'
import type { Pkcs12Options } from './pkcs12-options.js'
import type { Terminal } from './terminal.js'

export interface IssueOptions extends AuthorityOptions, KeyTypeOption, ValidityOptions, NewPassphraseOptions, NameOptions, Pkcs12Options {
  readonly subject?: string
  readonly from?: string
  readonly skipExisting?: boolean
  readonly out: string
  readonly purpose: 'client' | 'server'
  readonly json?: boolean
}

export const defaultDays = 365

/** One who is to get a certificate, and where the files go: `out` and an ending. */
export interface Holder {
  readonly subject: string
  readonly names: readonly GeneralNameText[]
  readonly out: string
}

export const filesOf = (out: string, { pkcs12 }: Pkcs12Options) => ({
  privateKey: `${out}.key`,
  certificate: `${out}.cer`,
  ...(pkcs12 === true && { pkcs12: `${out}.p12` })
}) satisfies MadeFiles

/** Issues one certificate, and writes its files. @param newKey makes its private key; by default it shows that this goes on */
export async function issueOne (
  terminal: Terminal, authority: Authority, holder: Holder, passphrase: string | undefined, options: IssueOptions,
  newKey = () => makeKey(terminal, options.keyType)
): Promise<Issued> {
  const { subject, names: subjectAltName, out } = holder
  const privateKey = await newKey()
  const validity = validityOf(options, defaultDays)
  const issued = await authority.issue({ profile: options.purpose, subject, subjectAltName, privateKey, at: terminal.now(), ...validity })
  const contents = await contentsOf(issued, out, passphrase, options)
  await handOut(issued.certificate, options.directory, () => createFiles(terminal, contents))
  return issued
}

async function contentsOf ({ privateKey, certificate, chain }: Issued, out: string, passphrase: string | undefined, options: IssueOptions): Promise<readonly OutputFile[]> {
  const above = withoutRoots(chain)
  const files = filesOf(out, options)
  const pair = [
    { name: files.privateKey, content: writePrivateKey(privateKey, passphrase), isSecret: true },
    { name: files.certificate, content: pemOf([certificate, ...above]) }
  ]
  if (files.pkcs12 === undefined) return pair
  const store = { privateKey, certificate, chain: above, friendlyName: certificate.subject.commonName, passphrase: passphrase ?? '', profile: options.profile }
  return [...pair, { name: files.pkcs12, content: await writePkcs12(store), isSecret: true }]
}
