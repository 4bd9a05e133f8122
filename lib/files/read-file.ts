import { constants, type Stats } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'

export interface FileLimits {
  readonly maxBytes: number
  /** Milliseconds for the whole of it. Default 3,000. */
  readonly timeout?: number
}

/** Why a file was not read: `message` is a clause that follows its name, `code` the system's, or one of these. */
export class FileError extends Error {
  readonly code: 'EISDIR' | 'NOT_A_FILE' | 'TOO_LARGE' | 'TIMEOUT'

  constructor (code: FileError['code'], message: string) {
    super(message)
    this.code = code
  }
}

const defaultTimeout = 3000

// Each operation that does not return holds a thread of Node's pool, which has four: without one nothing is read, resolved or verified.
const mostAtOnce = 2

// By their path. What does not return (NFS without its server) can be given up, but not ended.
const hanging = new Set<string>()

const waiting = new Set<() => void>()
let running = 0

/**
 * What an operation on the file of this path comes to. While one on the same path has not returned, no other is begun.
 * @throws FileError TIMEOUT: it did not return in time; else what the operation throws
 */
export async function withinTime <Value> (path: string, operation: () => Promise<Value>, timeout = defaultTimeout): Promise<Value> {
  if (hanging.has(path) || hanging.size >= mostAtOnce) throw new FileError('TIMEOUT', 'does not answer: an earlier attempt to read it, or another file, has not returned')
  let timer: NodeJS.Timeout | undefined
  const isLate = new Promise<true>((resolve) => { timer = setTimeout(resolve, timeout, true).unref() })
  try {
    return await inTurn(path, operation, isLate, timeout)
  } finally {
    clearTimeout(timer)
  }
}

async function inTurn <Value> (path: string, operation: () => Promise<Value>, isLate: Promise<true>, timeout: number): Promise<Value> {
  const late = () => new FileError('TIMEOUT', `did not answer within ${timeout} ms`)
  while (isFull()) if (await Promise.race([turn(), isLate]) === true) throw late()
  running++
  const result = operation().finally(endTurn)
  const value = await Promise.race([result.then((value) => ({ value })), isLate])
  if (value !== true) return value.value
  hanging.add(path)
  result.catch(() => {}).finally(() => hanging.delete(path))
  throw late()
}

const isFull = (): boolean => running >= mostAtOnce

/** Settles when one of those that are under way has come to its end. */
const turn = (): Promise<void> => new Promise((resolve) => { waiting.add(resolve) })

function endTurn (): void {
  running--
  for (const look of waiting) look()
  waiting.clear()
}

/**
 * The content of a regular file. A named pipe, a device or a socket is not waited for.
 * @throws FileError
 * @throws Error with the system's `code`, as ENOENT
 */
export const readRegularFile = (path: string, { maxBytes, timeout }: FileLimits): Promise<Buffer> => withinTime(path, () => readOpened(path, maxBytes), timeout)

// To open a named pipe would else wait until somebody writes to it. (Windows has neither, and `undefined` counts as 0 here.)
const flags = constants.O_RDONLY | constants.O_NONBLOCK

async function readOpened (path: string, maxBytes: number): Promise<Buffer> {
  const file = await open(path, flags)
  try {
    const state = await file.stat()
    if (!state.isFile()) throw notAFile(state)
    if (state.size > maxBytes) throw tooLarge(maxBytes)
    return await readToEnd(file, state.size, maxBytes)
  } finally {
    await file.close()
  }
}

const notAFile = (state: Stats): FileError => state.isDirectory()
  ? new FileError('EISDIR', 'is a folder')
  : new FileError('NOT_A_FILE', 'is not a regular file but a named pipe or a device')

const tooLarge = (maxBytes: number): FileError => new FileError('TOO_LARGE', `has more than ${maxBytes} bytes`)

/** A file may grow while it is read, and those of /proc tell no size. */
async function readToEnd (file: FileHandle, size: number, maxBytes: number): Promise<Buffer> {
  let bytes = Buffer.allocUnsafeSlow(size + 1)
  let length = 0
  for (;;) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length)
    if (bytesRead === 0) return bytes.subarray(0, length)
    length += bytesRead
    if (length > maxBytes) throw tooLarge(maxBytes)
    if (length === bytes.length) bytes = Buffer.concat([bytes], Math.min(2 * length + 1024, maxBytes + 1))
  }
}
