const maxFailures = 5

/** Milliseconds for which a responder is left alone once it failed so often in a row. */
export const restOfResponder = 10_000

/**
 * Keeps those who wait for an answer from waiting for a responder that is dead: after five failures in a row it rests, and then one
 * attempt tells. Instants are those of a clock that nobody sets, in milliseconds.
 */
export class CircuitBreaker {
  #failures = 0
  #restsUntil = -Infinity
  #isProbed = false

  get isOpen (): boolean { return this.#failures >= maxFailures }

  /** Whether the responder may be asked now. */
  allows (at: number): boolean {
    return !this.isOpen || (at >= this.#restsUntil && !this.#isProbed)
  }

  /** An attempt begins; whether it is the one that tells whether a responder that rested is there again. */
  begin (): boolean {
    const isProbe = this.isOpen
    if (isProbe) this.#isProbed = true
    return isProbe
  }

  /** Whether the responder is there again only now. */
  succeeded (): boolean {
    const wasOpen = this.isOpen
    this.#failures = 0
    this.#isProbed = false
    return wasOpen
  }

  /** Whether the responder rests from now on. Attempts that began before and fail now tell nothing new. */
  failed (at: number, isProbe: boolean): boolean {
    const isNew = isProbe || ++this.#failures === maxFailures
    if (isProbe) this.#isProbed = false
    if (isNew) this.#restsUntil = at + restOfResponder
    return isNew
  }
}
