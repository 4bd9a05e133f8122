import type { Report, ReportedEvent } from './report.js'

// What fails for hours is in the log with its first lines, and then often enough to be seen: 6 lines in the first hour.
const firstLines = 2
const pause = 15 * 60 * 1000

/** The log lines of one source that may fail again and again, and that it is well again. */
export class FailureReports {
  readonly #report: Report
  readonly #elapsed: () => number
  /** Lines that may follow each other at once; one more comes with each pause. */
  #left = firstLines
  #lastLine = -Infinity
  #untold = 0
  #isFailing = false

  constructor (report: Report, elapsed: () => number) {
    this.#report = report
    this.#elapsed = elapsed
  }

  failed ({ message, ...event }: ReportedEvent): void {
    if (!this.#mayTell()) {
      this.#untold++
      return
    }
    const more = this.#untold === 0 ? '' : ` (and ${this.#untold} failures more since the last line)`
    this.#untold = 0
    this.#isFailing = true
    this.#report({ ...event, message: `${message}${more}` })
  }

  /** Told where a failure was told. */
  succeeded (event: ReportedEvent): void {
    if (!this.#isFailing) return
    this.#isFailing = false
    this.#report(event)
  }

  #mayTell (): boolean {
    const pauses = Math.floor((this.#elapsed() - this.#lastLine) / pause)
    const left = Math.min(firstLines, this.#left + pauses)
    if (left < 1) return false
    this.#left = left - 1
    this.#lastLine = this.#elapsed()
    return true
  }
}
