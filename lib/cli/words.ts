import { AuthorityError, CertificateError, CertificationPathError } from '../errors.js'
import { Failure } from './failure.js'
import { isSystemError, problemOf, systemProblem } from './files.js'

interface Words { readonly message: string, readonly hint?: string }

/**
 * An error in the words of the command.
 * @throws the error itself, if it is a mistake of this program: its stack is wanted
 */
export function inWordsOfCommand (error: unknown): Words {
  if (error instanceof Failure) return error
  if (error instanceof AuthorityError && isSystemError(error.cause)) return systemWords(error, error.cause)
  if (error instanceof AuthorityError) return authorityWords(error.message)
  if (error instanceof CertificateError || error instanceof CertificationPathError) return error
  if (isSystemError(error)) return { message: systemProblem(error), hint: hintOfSystem(error) }
  throw error
}

// What the library says of its own arguments.
const phrases: ReadonlyArray<readonly [said: RegExp, message: string, hint?: string]> = [
  [/^notAfter would be (\S+), but (the authority itself ends at \S+) .*$/s, 'the certificate would end at $1, but $2', '--cut lets it end with the authority'],
  [/^notAfter \((\S+)\) is before at \((\S+)\)$/, 'the end, $1, is before now, $2'],
  [/^at is (\S+), but (the authority is valid from .*)$/s, 'it is now $1, but $2'],
  [/^at and (.+) days is outside/, 'the end, $1 days from now, is outside'],
  [/^notAfter is outside/, 'the end is outside'],
  [/^whenPastEnd is for an authority with an issuer$/, '--cut is given, and there is no authority above', 'give it by --parent'],
  [/^invalidityDate is after at$/, '--invalid-since is in the future'],
  [/^pathLength\b/, '--path-length'],
  [/^privateKey\b/, 'the private key'],
  [/^subjectAltName of a server has .*$/, 'a server needs a DNS name or an IP address', 'give it by --dns or --ip'],
  [/make a new one with createAuthority$/, 'make a new one with ca create'],
  [/^(certificate \S+ of .* expired at .*)$/s, '$1', '--expired renews it all the same; first make sure that its holder may still have one'],
  [/^(subject: .*)$/s, '$1', 'a name is written as "CN=alice,O=Example" (RFC 4514)']
]

function authorityWords (said: string): Words {
  const phrase = phrases.find(([pattern]) => pattern.test(said))
  if (phrase === undefined) return { message: said }
  const [pattern, message, hint] = phrase
  return { message: said.replace(pattern, message), hint }
}

const systemWords = ({ message }: Error, cause: NodeJS.ErrnoException): Words =>
  ({ message: message.replace(cause.message, () => problemOf(cause)), hint: hintOfSystem(cause) })

const hintOfSystem = ({ code }: NodeJS.ErrnoException): string =>
  hints[String(code)] ?? 'nothing was recorded: run the command again when this is repaired'

const hints: Readonly<Record<string, string>> = {
  ENOSPC: 'nothing was recorded: make space, and run the command again',
  EDQUOT: 'nothing was recorded: make space, and run the command again',
  EACCES: 'nothing was recorded: run the command as the owner of the files',
  EPERM: 'nothing was recorded: run the command as the owner of the files',
  EROFS: 'nothing was recorded: the file system is read-only'
}
