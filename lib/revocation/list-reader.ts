import { Worker } from 'node:worker_threads'
import { readCertificateLists, type CertificateList } from '../certificate/index.js'
import { listsOf, type ThreadAnswer } from './list-thread.js'
import type { Report } from './report.js'

// Some 5,000 entries, which take less time than a thread needs to start.
const leastOctetsOfThread = 256 * 1024

/** What threads start with. */
export interface ThreadStart {
  readonly entry: URL
  /** Options of Node: by default those of this process. */
  readonly execArgv?: string[]
}

// The file that runs here is JavaScript, or TypeScript in tests.
const besideThis: ThreadStart = { entry: new URL(import.meta.url.replace(/list-reader(\.[jt]s)/, 'list-worker$1')) }

/** Reads certificate lists so that the event loop goes on: great ones in a thread of their own. */
export class ListReader {
  readonly #report: Report
  readonly #start: ThreadStart

  constructor (report: Report, start = besideThis) {
    this.#report = report
    this.#start = start
  }

  /**
   * The lists of PEM or DER octets, in order. The octets, and all memory that they are a view of, are handed over and may be gone afterwards.
   * @throws CertificateError as `readCertificateLists`
   */
  async read (octets: Buffer): Promise<CertificateList[]> {
    if (octets.length < leastOctetsOfThread) return readCertificateLists(octets)
    const worker = await this.#startThread()
    if (worker === undefined) return readCertificateLists(octets)
    try {
      return listsOf(await ask(worker, octets))
    } finally {
      worker.terminate()
    }
  }

  /** `undefined` where there can be no thread: one bundled file, Node's permission model. */
  async #startThread (): Promise<Worker | undefined> {
    try {
      const worker = new Worker(this.#start.entry, { name: 'certificate lists', execArgv: this.#start.execArgv })
      await messageOf(worker)
      return worker
    } catch (error) {
      this.#report({ level: 'warn', message: `a great certificate list is read on the event loop, for there can be no thread: ${(error as Error).message}`, error })
      return undefined
    }
  }
}

function ask (worker: Worker, octets: Buffer): Promise<ThreadAnswer> {
  const answer = messageOf(worker)
  worker.postMessage(octets, [octets.buffer as ArrayBuffer])
  return answer as Promise<ThreadAnswer>
}

const messageOf = (worker: Worker): Promise<unknown> => new Promise((resolve, reject) => {
  worker.once('message', resolve)
  worker.once('error', reject)
  worker.once('exit', (code) => reject(new Error(`the thread ended with code ${code}`)))
})
