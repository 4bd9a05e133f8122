import { Option, type Command } from 'commander'
import type { Authority, Listed } from '../authority/index.js'
import { revocationReasons, type Certificate, type RevocationReason } from '../certificate/index.js'
import { openRecords } from './authority-directory.js'
import { addExample } from './help.js'
import { Misuse } from './failure.js'
import { isThere } from './files.js'
import { directoryOption, jsonOption } from './options.js'
import { certificatesIn } from './read-contents.js'
import type { Terminal } from './terminal.js'
import { parseDate } from './time.js'

interface Options {
  readonly directory: string
  readonly reason?: RevocationReason
  readonly invalidSince?: Date
  readonly release?: boolean
  readonly json?: boolean
}

const reasons = Object.keys(revocationReasons).filter((reason) => reason !== 'removeFromCRL')

export function addRevoke (program: Command, terminal: Terminal): void {
  const command = program.command('revoke')
    .description('Revoke a certificate, for good or as a hold. Servers learn of it by the next certificate list.')
    .argument('<certificate>', 'the certificate, or its serial number')
    .addOption(directoryOption())
    .addOption(new Option('--reason <reason>', 'why; certificateHold can be taken back').choices(reasons))
    .addOption(new Option('--invalid-since <date>', 'since when its private key may have been known to others').argParser(parseDate))
    .option('--release', 'take a certificateHold back')
    .addOption(jsonOption())
    .action((which: string, options: Options) => revoke(terminal, which, options))
  addExample(command, 'client-certificate revoke alice.cer --directory ca --reason keyCompromise')
}

async function revoke (terminal: Terminal, which: string, options: Options): Promise<void> {
  const { directory, reason, invalidSince, release } = options
  if (release === true && (reason !== undefined || invalidSince !== undefined)) throw new Misuse('--release is given beside --reason or --invalid-since', 'what is taken back has no reason')
  const certificate = await certificateOrSerialNumber(terminal, which)
  const authority = await openRecords(terminal, directory)
  const entry = await change(authority, certificate, { ...options, at: terminal.now() })
  terminal.say(`${release === true ? 'released' : 'revoked'} ${entry.subject}, serial number ${entry.serialNumber}${reason === undefined ? '' : `: ${reason}`}`)
  terminal.say(`hint: tell the servers by a new list: client-certificate crl --directory ${directory} --out ca.crl`)
  if (options.json === true) terminal.printJson(entry)
}

const change = (authority: Authority, which: Certificate | string, { at, reason, invalidSince, release }: Options & { readonly at: Date }): Promise<Listed> =>
  release === true ? authority.release(which, { at }) : authority.revoke(which, { at, reason, invalidityDate: invalidSince })

// A serial number as this command, openssl or Windows shows it.
const serialNumber = /^(?:[0-9a-f]{2}[: ]?)*[0-9a-f]{1,2}$/i

async function certificateOrSerialNumber (terminal: Terminal, which: string): Promise<Certificate | string> {
  if (serialNumber.test(which) && !await isThere(terminal, which)) return which.replace(/[: ]/g, '').toLowerCase()
  return (await certificatesIn(terminal, which, undefined))[0]
}
