/** Something in the folder is not ours to touch, or not fit to be used: it stays as it is, and the message says so. */
export class LeftAlone extends Error {
  /** What the owner can do about it. */
  readonly hint: string | undefined

  constructor (message: string, options: { hint?: string, cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.hint = options.hint
  }
}

/** Acts; where the package says that a certificate, a key or an authority cannot be used, that is a `LeftAlone` of this place. */
export async function orLeftAlone <Value> (place: string, act: () => Value | Promise<Value>): Promise<Value> {
  try {
    return await act()
  } catch (cause) {
    throw isUnfit(cause) ? new LeftAlone(`${place}: ${cause.message}`, { cause }) : cause
  }
}

const isUnfit = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_CERTIFICATE')
