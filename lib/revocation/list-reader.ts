import { isMainThread, Worker } from 'node:worker_threads'
import { readCertificateLists, type CertificateList } from '../certificate/index.js'
import { workerBeside, workerMark } from './list-entry.js'
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

/** Reads certificate lists so that the event loop goes on: great ones in a thread of their own. */
export class ListReader {
  readonly #report: Report
  readonly #start: ThreadStart | undefined
  #hasReported = false

  /** @param start by default the worker beside this file, which is looked for each time */
  constructor (report: Report, start?: ThreadStart) {
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

  /** `undefined` if no thread can be had: in most bundles, inside another thread, under Node's permission model. */
  async #startThread (): Promise<Worker | undefined> {
    try {
      const { entry, execArgv } = this.#start ?? { entry: workerBeside(import.meta.url, isMainThread) }
      const worker = new Worker(entry, { name: 'certificate lists', execArgv, workerData: workerMark })
      await messageOf(worker)
      return worker
    } catch (error) {
      this.#reportOnce(error as Error)
      return undefined
    }
  }

  // The reason stays the same for as long as the process runs, and a CRL is read again and again.
  #reportOnce (error: Error): void {
    if (this.#hasReported) return
    this.#hasReported = true
    const message = `Reading a large CRL on the event loop: no worker thread is available: ${error.message}`
    this.#report({ level: 'warn', message, error })
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
