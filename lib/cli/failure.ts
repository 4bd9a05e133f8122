/** The command cannot do what it was asked: shown as `error:` and `hint:`, and the exit status is 1. */
export class Failure extends Error {
  /** What the user can do about it. */
  readonly hint: string | undefined

  constructor (message: string, hint?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'Failure'
    this.hint = hint
  }
}

/** The command line itself cannot be: the exit status is 2, and nothing was looked at. */
export class Misuse extends Failure {
  constructor (message: string, hint?: string) {
    super(message, hint)
    this.name = 'Misuse'
  }
}

/** The error, if it is of this kind; another one is passed on. */
export function only<Kind extends Error> (kind: abstract new (...values: never[]) => Kind, error: unknown): Kind {
  if (error instanceof kind) return error
  throw error
}
