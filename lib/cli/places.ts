import { join } from 'node:path'
import { Option, type Command } from 'commander'
import type { Places } from '../authority/index.js'
import { Failure } from './failure.js'
import { isThere, readInput } from './files.js'
import { collect } from './options.js'
import type { Terminal } from './terminal.js'

/** Remembers, in the directory of an authority, what is to stand in each certificate that it issues. */
export const placesFile = 'places.json'

export interface PlaceOptions {
  readonly crlUrl?: readonly string[]
  readonly ocspUrl?: readonly string[]
  readonly caUrl?: readonly string[]
}

export const addPlaceOptions = (command: Command): Command => command
  .addOption(new Option('--crl-url <url>', 'where its certificate list will be; stands in each certificate that it issues').argParser(collect))
  .addOption(new Option('--ocsp-url <url>', 'where its OCSP responder will be').argParser(collect))
  .addOption(new Option('--ca-url <url>', 'where its own certificate will be').argParser(collect))

/** The places that the options name, or `undefined` where they name none. */
export function placesOf ({ crlUrl, ocspUrl, caUrl }: PlaceOptions): Places | undefined {
  if (crlUrl === undefined && ocspUrl === undefined && caUrl === undefined) return undefined
  return {
    ...(crlUrl && { cRLDistributionPoints: crlUrl }),
    ...(ocspUrl && { ocsp: ocspUrl }),
    ...(caUrl && { caIssuers: caUrl })
  }
}

export const placesText = (places: Places): string => JSON.stringify(places, null, 2) + '\n'

/** The places that were remembered; what is wrong with them, the authority says when it is opened. */
export async function readPlaces (terminal: Terminal, directory: string): Promise<Places | undefined> {
  const name = join(directory, placesFile)
  if (!await isThere(terminal, name)) return undefined
  try {
    return JSON.parse((await readInput(terminal, name)).toString('utf8'))
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new Failure(`${name} is not JSON`, undefined, cause)
    throw cause
  }
}
