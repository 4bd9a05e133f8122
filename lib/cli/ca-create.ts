import type { KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { Option, type Command } from 'commander'
import { createAuthority, openDirectoryStore, type Authority } from '../authority/index.js'
import { writePkcs12, writePrivateKey } from '../certificate/index.js'
import { checkNoAuthority, chainFile, openDirectory, ownLayout } from './authority-directory.js'
import { pemOf } from './bundle.js'
import { addConstraintOptions, constraintsOf, type ConstraintOptions } from './constraints.js'
import { addExample } from './help.js'
import { checkAbsent, createDirectory, createFiles, orFailure, type OutputFile } from './files.js'
import { handOut } from './hand-out.js'
import { keyText, makeKey } from './key.js'
import { certificateLine, printMade, protection, type MadeFiles } from './made.js'
import { addValidityOptions, authorityPassphraseFileOption, cutOption, directoryVariable, jsonOption, keyTypeOption, parseCount, passphraseFileOption, validityOf, type KeyTypeOption, type ValidityOptions } from './options.js'
import { newPassphrase, newPkcs12Passphrase, type NewPassphraseOptions } from './passphrase.js'
import { addPkcs12Options, type Pkcs12Options } from './pkcs12-options.js'
import { addPlaceOptions, placesFile, placesOf, placesText, type PlaceOptions } from './places.js'
import type { Terminal } from './terminal.js'

interface Options extends ConstraintOptions, KeyTypeOption, ValidityOptions, NewPassphraseOptions, PlaceOptions, Pkcs12Options {
  readonly subject: string
  readonly directory: string
  readonly parent?: string
  readonly pathLength?: number
  readonly caPassphraseFile?: string
  readonly json?: boolean
}

const defaultDays = 3650

export function addCaCreate (ca: Command, terminal: Terminal): void {
  const command = ca.command('create')
    .description('Create a certificate authority: a root or, with --parent, an intermediate.')
    .requiredOption('--subject <name>', 'its name, as "CN=Example CA,O=Example"')
    .requiredOption('--directory <directory>', `where it is to live, or in ${directoryVariable} of the environment; made where it is not there`)
    .option('--parent <directory>', 'the authority that is to sign it')
    .addOption(new Option('--path-length <number>', 'how many authorities may stand below it (default: any number)').argParser(parseCount))
    .addOption(keyTypeOption())
  addValidityOptions(command, defaultDays).addOption(cutOption())
  addConstraintOptions(command)
  addPlaceOptions(command)
  addPkcs12Options(command, 'also ca.p12: key and certificate in one file')
    .addOption(passphraseFileOption('the passphrase that is to protect its private key'))
    .option('--no-passphrase', 'leave its private key without one, and do not ask')
    .addOption(authorityPassphraseFileOption())
    .addOption(jsonOption())
    .action((options: Options) => create(terminal, options))
  addExample(command, 'client-certificate ca create --subject "CN=Example CA,O=Example" --directory ca')
}

async function create (terminal: Terminal, options: Options): Promise<void> {
  const { directory } = options
  const files = filesOf(options)
  await checkNoAuthority(terminal, directory)
  await checkAbsent(terminal, Object.values(files))
  const issuer = options.parent === undefined ? undefined : await openDirectory(terminal, { ...options, directory: options.parent })
  const passphrase = await passphraseFor(terminal, files, options)
  const authority = await makeAuthority(terminal, issuer, options)
  const write = () => makeFiles(terminal, files, authority, passphrase, options)
  await (options.parent === undefined ? write() : handOut(authority.certificate, options.parent, write))
  tell(terminal, files, authority, passphrase, options)
}

async function makeFiles (terminal: Terminal, files: Files, authority: Authority, passphrase: string | undefined, options: Options): Promise<void> {
  const { directory } = options
  const contents = await contentsOf(files, authority, passphrase, options)
  await createDirectory(terminal, directory)
  // First: an authority without records would be shut, and in the way of the next attempt.
  await orFailure(directory, 'make the records in', () => openDirectoryStore(terminal.path(directory), { create: true }))
  await createFiles(terminal, contents)
}

interface Files extends MadeFiles {
  readonly privateKey: string
  readonly certificate: string
}

const filesOf = ({ directory, pkcs12, parent, ...places }: Options): Files => ({
  privateKey: join(directory, ownLayout.privateKey),
  certificate: join(directory, ownLayout.certificate),
  ...(pkcs12 === true && { pkcs12: join(directory, 'ca.p12') }),
  ...(parent !== undefined && { chain: join(directory, chainFile) }),
  ...(placesOf(places) !== undefined && { places: join(directory, placesFile) })
})

const passphraseFor = (terminal: Terminal, { privateKey, pkcs12 }: Files, options: Options) =>
  pkcs12 === undefined ? newPassphrase(terminal, privateKey, options) : newPkcs12Passphrase(terminal, `${privateKey} and ${pkcs12}`, options)

async function makeAuthority (terminal: Terminal, issuer: Authority | undefined, options: Options): Promise<Authority> {
  const { subject, pathLength, keyType } = options
  const privateKey = await makeKey(terminal, keyType)
  const validity = validityOf(options, defaultDays)
  return await createAuthority({ subject, pathLength, privateKey, issuer, places: placesOf(options), nameConstraints: constraintsOf(options), at: terminal.now(), ...validity })
}

async function contentsOf (files: Files, { certificate, chain, privateKey }: Authority, passphrase: string | undefined, options: Options): Promise<readonly OutputFile[]> {
  const key = privateKey as KeyObject
  const contents = {
    privateKey: () => writePrivateKey(key, passphrase),
    certificate: () => pemOf([certificate]),
    pkcs12: () => writePkcs12({ privateKey: key, certificate, chain: chain.slice(1), friendlyName: certificate.subject.commonName, passphrase: passphrase ?? '', profile: options.profile }),
    chain: () => pemOf(chain.slice(1)),
    places: () => placesText(placesOf(options)!)
  }
  return await Promise.all(Object.entries(files).map(async ([what, name]) =>
    ({ name, content: await contents[what as keyof typeof contents](), isSecret: what === 'privateKey' || what === 'pkcs12' })))
}

function tell (terminal: Terminal, files: Files, { certificate, privateKey }: Authority, passphrase: string | undefined, { json }: Options): void {
  terminal.say(`made ${files.privateKey}: the private key of the authority (${keyText(privateKey!)}, ${protection(passphrase)}); it stays with you`)
  terminal.say(`made ${files.certificate}: ${certificateLine(certificate)}; give it to all who are to trust the authority`)
  if (files.pkcs12 !== undefined) terminal.say(`made ${files.pkcs12}: both in one file; it stays with you`)
  if (files.chain !== undefined) terminal.say(`made ${files.chain}: the certificates above it`)
  if (passphrase === undefined) terminal.say('note: whoever can read the private key can sign as this authority')
  if (json === true) printMade(terminal, certificate, files)
}
