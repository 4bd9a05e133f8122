import { AuthorityError, CertificateError } from '../errors.js'

/** What `write` makes of an argument; where it cannot be written, the error names the argument. */
export function reworded <Value> (argument: string, write: () => Value): Value {
  try {
    return write()
  } catch (cause) {
    if (cause instanceof CertificateError) throw new AuthorityError(`${argument}: ${cause.message}`, cause)
    throw cause
  }
}
