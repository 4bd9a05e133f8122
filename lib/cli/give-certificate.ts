import type { Signed } from '../authority/index.js'
import type { AuthorityOptions } from './authority-directory.js'
import { pemOf, withoutRoots } from './bundle.js'
import { Misuse } from './failure.js'
import { checkOutputs, createFiles } from './files.js'
import { handOut } from './hand-out.js'
import { certificateLine, printMade } from './made.js'
import type { Terminal } from './terminal.js'

/** Where a certificate goes that was signed. */
export interface OutOptions {
  readonly out?: string
  readonly json?: boolean
}

/** Refuses, before anything is signed, what could not be given afterwards. */
export async function checkOut (terminal: Terminal, { out, json }: OutOptions): Promise<void> {
  if (out !== undefined) return await checkOutputs(terminal, [out])
  if (json === true) throw new Misuse('--json is given without --out', 'without --out the certificate itself is printed')
}

/** Writes the certificate, and what verifiers need with it, to its file or to standard output, and says what it is. */
export async function giveCertificate (terminal: Terminal, { certificate, chain }: Signed, { out, json, directory }: OutOptions & AuthorityOptions, more: object = {}): Promise<void> {
  const content = pemOf([certificate, ...withoutRoots(chain)])
  if (out === undefined) terminal.printDocument(content)
  else await handOut(certificate, directory, () => createFiles(terminal, [{ name: out, content }]))
  terminal.say(`made ${out ?? 'a certificate'}: ${certificateLine(certificate)}`)
  if (json === true) printMade(terminal, certificate, { certificate: out! }, more)
}
