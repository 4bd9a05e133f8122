import { Option, type Command } from 'commander'
import type { Pkcs12Profile } from '../certificate/index.js'

export interface Pkcs12Options {
  readonly pkcs12?: boolean
  readonly profile: Pkcs12Profile
}

export const pkcs12ProfileOption = () =>
  new Option('--profile <profile>', 'how a PKCS #12 is encrypted: compatible is for older macOS, iOS, Android and Windows').choices(['modern', 'compatible']).default('modern')

export const addPkcs12Options = (command: Command, what: string): Command => command
  .option('--pkcs12', what)
  .addOption(pkcs12ProfileOption())
