import { Option, type Command } from 'commander'
import type { GeneralNameText, GeneralNameTextType } from '../certificate/index.js'
import { collect } from './options.js'

/** The options for alternative names, each of which may be given several times. */
export interface NameOptions {
  readonly email?: readonly string[]
  readonly dns?: readonly string[]
  readonly ip?: readonly string[]
  readonly uri?: readonly string[]
  readonly upn?: readonly string[]
}

const kinds: ReadonlyArray<{ option: keyof NameOptions, type: Exclude<GeneralNameTextType, 'directoryName'>, placeholder: string, what: string }> = [
  { option: 'email', type: 'rfc822Name', placeholder: 'address', what: 'a mailbox of the subject' },
  { option: 'dns', type: 'dNSName', placeholder: 'name', what: 'a DNS name' },
  { option: 'ip', type: 'iPAddress', placeholder: 'address', what: 'an IP address' },
  { option: 'uri', type: 'uniformResourceIdentifier', placeholder: 'uri', what: 'a URI, as a SPIFFE ID' },
  { option: 'upn', type: 'userPrincipalName', placeholder: 'name', what: 'a user principal name, for Windows' }
]

export function addNameOptions (command: Command): Command {
  for (const { option, placeholder, what } of kinds) {
    command.addOption(new Option(`--${option} <${placeholder}>`, `${what} (may be repeated)`).argParser(collect))
  }
  return command
}

/** What goes into the subjectAltName. */
export const namesOf = (options: NameOptions): readonly GeneralNameText[] =>
  kinds.flatMap(({ option, type }) => (options[option] ?? []).map((value) => ({ type: typeFor(type, value), value })))

/** The same from the columns of a table: of several names in one cell, each is behind a space. */
export const addedNames = (cells: Readonly<Partial<Record<string, string>>>): readonly GeneralNameText[] =>
  namesOf(Object.fromEntries(Object.entries(cells).map(([option, cell]) => [option, cell!.split(/\s+/).filter((name) => name !== '')])))

// RFC 9598: a local part beyond ASCII has a type of its own.
const typeFor = (type: Exclude<GeneralNameTextType, 'directoryName'>, value: string) =>
  type === 'rfc822Name' && !/^\p{ASCII}*$/u.test(value) ? 'smtpUTF8Mailbox' : type
