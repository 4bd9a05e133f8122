import { resolve } from 'node:path'
import { isPem, isPkcs12, wrappingProblem } from '../certificate/index.js'
import { OptionError } from '../errors.js'
import { FileError, readRegularFile } from '../files/index.js'

/** A `Buffer`, or a text that holds `-----BEGIN`, is the content; any other text is the path of a file. */
export type Source = string | Uint8Array

const mebibyte = 1024 * 1024

const ofServer: ReadonlySet<string> = new Set(['key', 'cert', 'pfx'])

/** How many bytes a file may have, by the option that names it: far more than any in use, and far less than would stop a server. */
const mostBytes = (key: string): number => ofServer.has(key) ? mebibyte : 16 * mebibyte

/** What a source held, and where it came from, so that an error can say it. */
export interface Content {
  /** The option that named it. */
  readonly key: string
  readonly octets: Buffer
  /** Where a file was read, or `undefined` where the content itself was given. */
  readonly file: string | undefined
}

/** The absolute path of the file that a source names, from the working directory; `undefined` where it is the content. */
export const fileOf = (source: Source): string | undefined => isPath(source) ? resolve(source) : undefined

const isPath = (source: unknown): source is string => typeof source === 'string' && !isPem(source)

/** @throws OptionError that says what was wrong with the file, or with the type of the value */
export async function readSource (key: string, source: unknown): Promise<Content> {
  if (typeof source !== 'string' && !(source instanceof Uint8Array)) {
    throw new OptionError(key, 'is neither a Buffer nor a text (PEM, or the path of a file)')
  }
  if (source.length === 0) throw new OptionError(key, 'is empty')
  return isPath(source) ? readPath(key, source) : { key, octets: Buffer.from(source as Uint8Array), file: undefined }
}

async function readPath (key: string, path: string): Promise<Content> {
  // A key that was pasted without its PEM lines must not be printed as the name of a file that is not there.
  if (isBase64(path)) throw new OptionError(key, 'is base64 without its line -----BEGIN …----- in front and -----END …----- behind: add them, or give a Buffer')
  if (!canBePath(path)) throw new OptionError(key, 'is a text that is neither PEM (with its line -----BEGIN …-----) nor the path of a file')
  const content = { key, file: path, octets: await readOctets(key, path) }
  if (content.octets.length === 0) throw problemWith(content, 'is empty')
  return content
}

// The base64 of DER begins with M and a letter up to P: a SEQUENCE, and its length; that of PEM as `LS0tLS1CRUdJTi`.
const isBase64 = (text: string) => /^(?:M[A-P]|LS0tLS1CRUdJTi)[A-Za-z0-9+/=_-]{38,}\s/.test(`${text.trimStart()}\n`)

// 4,096 is Linux's PATH_MAX.
const canBePath = (path: string) => path.length <= 4096 && !/[\0\r\n]/.test(path)

async function readOctets (key: string, path: string): Promise<Buffer> {
  try {
    return await readRegularFile(path, { maxBytes: mostBytes(key) })
  } catch (cause) {
    throw new OptionError(key, `names the file ${path}, which ${cause instanceof FileError ? cause.message : fileProblem(cause as NodeJS.ErrnoException, path)}`, { cause })
  }
}

function fileProblem ({ code, message }: NodeJS.ErrnoException, path: string): string {
  switch (code) {
    case 'ENOENT': case 'ENOTDIR': return `does not exist (${resolve(path)})`
    default: return `cannot be read: ${message}`
  }
}

/** What is wrong with the content; `problem` is a clause such as `holds no certificate`. */
export const problemWith = ({ key, file }: Content, problem: string, cause?: unknown): OptionError =>
  new OptionError(key, file === undefined ? problem : `names the file ${file}, which ${problem}`, { cause })

/** The content's name in a sentence. */
export const placeOf = ({ key, file }: Content): string => file === undefined ? `option '${key}'` : `the file ${file}`

/** @throws OptionError where the content is neither PEM nor DER, or is a PKCS #12, which the option does not take */
export function checkIsPemOrDer (content: Content): void {
  if (isPkcs12(content.octets)) throw problemWith(content, 'is a PKCS #12: name it in option \'pfx\'')
  checkIsKnown(content)
}

/** @throws OptionError where the content is neither PEM nor DER; it says what else it is, where that is known */
export function checkIsKnown (content: Content): void {
  const problem = wrappingProblem(content.octets)
  if (problem !== undefined) throw problemWith(content, problem)
}
