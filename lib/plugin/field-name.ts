import { OptionError } from '../errors.js'

// RFC 9110, section 5.6.2, without the underscore: where one stands for a hyphen, the field is somebody else's.
const form = /^[a-z0-9!#$%&'*+.^`|~-]+$/i

/** @throws OptionError it is given, and is no name of a header field */
export function checkFieldName (name: unknown, key: string): void {
  if (name !== undefined && !(typeof name === 'string' && form.test(name))) throw new OptionError(key, 'is no name of a header field, or has an underscore')
}
