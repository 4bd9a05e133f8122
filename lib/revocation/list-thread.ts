import { CertificateError, type CertificateProblem } from '../errors.js'
import { readCertificateLists, restoreCertificateList, type CertificateList, type EntryIndex } from '../certificate/index.js'

/** What a thread says of octets that it was given: what the lists in them are made of, or why they cannot be read. */
export type ThreadAnswer =
  | { readonly lists: ReadonlyArray<{ readonly raw: Uint8Array<ArrayBuffer>, readonly index: EntryIndex }> }
  | { readonly problem: CertificateProblem, readonly message: string }

/** As much of a `MessagePort` as is needed. */
export interface ThreadPort {
  once (event: 'message', listener: (octets: Uint8Array) => void): unknown
  postMessage (message: 'ready' | ThreadAnswer, transfer?: readonly ArrayBuffer[]): void
}

/**
 * What the thread does: it says that it is there, reads the bytes of one message, and answers. It does nothing without another
 * thread, or if what started it (`startedWith`) was not this package's `mark`.
 */
export function serveLists (port: ThreadPort | null, startedWith: unknown, mark: string): void {
  if (port === null || startedWith !== mark) return
  port.once('message', (octets) => {
    const answer = answerFor(octets)
    port.postMessage(answer, 'lists' in answer ? answer.lists.flatMap(buffersOf) : [])
  })
  port.postMessage('ready')
}

function answerFor (octets: Uint8Array): ThreadAnswer {
  try {
    return { lists: readCertificateLists(octets).map(({ raw, index }) => ({ raw: alone(raw), index })) }
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error
    return { problem: error.code.slice('ERR_CERTIFICATE_'.length) as CertificateProblem, message: error.message }
  }
}

/** The same octets in memory of their own, which can be handed over: they may be a part of some that others use. */
const alone = (raw: Buffer): Uint8Array<ArrayBuffer> =>
  raw.length === raw.buffer.byteLength ? new Uint8Array(raw.buffer as ArrayBuffer) : new Uint8Array(raw)

/** All memory of a list, which is handed over and not copied. */
const buffersOf = ({ raw, index }: { raw: Uint8Array<ArrayBuffer>, index: EntryIndex }): ArrayBuffer[] =>
  [raw, ...Object.values(index)].filter((value) => ArrayBuffer.isView(value)).map(({ buffer }) => buffer as ArrayBuffer)

/**
 * The lists of an answer.
 * @throws CertificateError that the reading ended with
 */
export function listsOf (answer: ThreadAnswer): CertificateList[] {
  if ('problem' in answer) throw new CertificateError(answer.problem, answer.message)
  return answer.lists.map(({ raw, index }) => restoreCertificateList(Buffer.from(raw.buffer), index))
}
