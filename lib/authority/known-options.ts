import { AuthorityError } from '../errors.js'

/** An option that is not known would be passed over in silence, and a certificate would say less, or more, than was meant. */
export function refuseUnknown (options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((key) => !known.includes(key))
  if (unknown !== undefined) throw new AuthorityError(`there is no option ${JSON.stringify(unknown)}; the options are ${known.join(', ')}`)
}
