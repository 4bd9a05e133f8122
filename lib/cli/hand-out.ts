import type { Certificate } from '../certificate/index.js'
import { Failure } from './failure.js'
import { inWordsOfCommand } from './words.js'

/**
 * Writes what belongs to a certificate that is recorded already.
 * @param directory that of the authority that recorded it
 * @throws Failure nothing was written: what is recorded nevertheless, and what to do about it
 */
export async function handOut (certificate: Certificate, directory: string, write: () => Promise<void>): Promise<void> {
  try {
    await write()
  } catch (error) {
    const { message } = inWordsOfCommand(error)
    const { serialNumber } = certificate
    const recorded = `a certificate with the serial number ${serialNumber} is recorded in ${directory} as valid, but nobody has it`
    const hint = `revoke it: client-certificate revoke ${serialNumber} --directory ${directory}; then run the command again`
    throw new Failure(`${message}; ${recorded}`, hint, error)
  }
}
