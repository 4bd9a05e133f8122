import { AuthorityError } from '../errors.js'
import { readIfThere, writeDurably } from './durable-file.js'
import { serialText } from './openssl-index.js'

/**
 * The number in a file such as `serial` and `crlnumber`: hexadecimal digits; `undefined` where there is no such file.
 * @throws AuthorityError there is something else in it
 */
export async function readNumber (path: string): Promise<bigint | undefined> {
  const content = await readIfThere(path)
  if (content === undefined) return undefined
  const text = content.toString('latin1').trim()
  if (!/^[0-9A-Fa-f]+$/.test(text)) throw new AuthorityError(`${path} holds no hexadecimal number`)
  return BigInt(`0x${text}`)
}

/** As OpenSSL writes it: upper-case, with an even number of digits. */
export const writeNumber = async (path: string, number: bigint): Promise<void> =>
  await writeDurably(path, `${serialText(number.toString(16))}\n`)
