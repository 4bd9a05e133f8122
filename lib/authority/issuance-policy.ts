import { AuthorityError } from '../errors.js'
import { extensionTypes, type AttributeName, type CertificationRequest, type DistinguishedName, type Extension, type GeneralNameText, type GeneralNameTextType } from '../certificate/index.js'
import { droppedExtensions } from './dropped.js'
import type { KeyType } from './key-type.js'
import type { Pattern } from './pattern.js'
import { permitKeyType, permitName, permitSubject } from './permitted.js'
import { checkPolicy, isSubjectPatterns } from './policy-check.js'
import { alternativeNames, type Profile } from './profile.js'
import { checkProofOfPossession } from './proof-of-possession.js'
import { requestedName, requestedSubject } from './requested.js'
import { subjectName, type SubjectName } from './subject.js'

/** What each attribute of a requested subject may be, by its name (`commonName`) or dotted type. */
export type SubjectPatterns = { readonly [Type in AttributeName | `${number}.${number}.${string}`]?: Pattern }

/** What each requested alternative name of a type may be. IPv6 addresses have the form of RFC 5952. */
export type AlternativeNamePatterns = { readonly [Type in Exclude<GeneralNameTextType, 'directoryName'>]?: Pattern }

/**
 * What a certification request may get, in the words of the owner. The requester decides nothing: what is not named here is
 * refused, or, where it is no name, dropped and reported.
 *
 * A text of a pattern is compared exactly; a regular expression has to match the whole value.
 */
export interface IssuancePolicy {
  /**
   * - a name (`CN=alice,O=Example`, attributes, or the name of another certificate): this is the subject, whatever was asked for;
   * - patterns, as `{ commonName: /[a-z]+/, organizationName: 'Example' }`: the requested name, if it has exactly these attributes, each
   *   once, and each matches;
   * - `'requested'`: whatever was asked for, once an owner has looked at it.
   */
  readonly subject: 'requested' | SubjectName | SubjectPatterns
  /**
   * - a list of names: these, whatever was asked for; an empty list is none;
   * - patterns by type, as `{ dNSName: /[a-z]+\.example\.com/ }`: the requested names, if each matches the pattern of its type;
   * - `'requested'`: whatever was asked for, once an owner has looked at it.
   *
   * Default: a request that asks for any is refused.
   */
  readonly subjectAltName?: 'requested' | readonly GeneralNameText[] | AlternativeNamePatterns
  /** The kinds of keys that are certified. Default: all of them, also P-521, Ed448 and RSA of 2048 to 8192 bits. */
  readonly keyTypes?: readonly KeyType[]
  /**
   * Asked last, of a request that everything else permits; the key is known to be the requester's. Only `true` permits;
   * what it throws refuses.
   */
  readonly predicate?: (request: CertificationRequest) => boolean | Promise<boolean>
}

/** What a request gets. */
export interface Decision {
  readonly subject: DistinguishedName
  readonly subjectAltName: readonly GeneralNameText[]
  /** The extension of these names, if there are any: critical where the subject is empty. */
  readonly extensions: readonly Extension[]
  /** What it asked for beside, and does not get, in words: `extendedKeyUsage codeSigning`, `attribute challengePassword`. */
  readonly dropped: readonly string[]
}

/**
 * Decides what a request gets under a policy of the owner's, for a certificate of this profile. Everything that is refused is an error;
 * CA:TRUE is never granted.
 * @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: the policy cannot be, or why the request is refused
 */
export async function decide (request: CertificationRequest, policy: IssuancePolicy, profile: Profile): Promise<Decision> {
  checkPolicy(policy)
  await checkProofOfPossession(request)
  if (policy.keyTypes !== undefined) permitKeyType(request.publicKey, policy.keyTypes)
  // To sign something else in silence would hide an attack, or a mistake.
  if (request.basicConstraints?.cA === true) throw new AuthorityError('the request asks for CA:TRUE (basicConstraints), which no request is given')
  const subject = decideSubject(request.subject, policy.subject)
  const subjectAltName = decideNames(request, policy.subjectAltName)
  const extensions = alternativeNames(profile, subject, subjectAltName)
  if (policy.predicate !== undefined) await ask(policy.predicate, request)
  const dropped = [...droppedNames(request, subject, extensions), ...droppedExtensions(request, profile)]
  return Object.freeze({ subject, subjectAltName, extensions, dropped: Object.freeze(dropped) })
}

function decideSubject (asked: DistinguishedName, policy: IssuancePolicy['subject']): DistinguishedName {
  if (policy === 'requested') return requestedSubject(asked)
  if (!isSubjectPatterns(policy)) return subjectName(policy)
  const subject = requestedSubject(asked)
  permitSubject(subject, policy)
  return subject
}

function decideNames ({ subjectAltName }: CertificationRequest, policy: IssuancePolicy['subjectAltName'] = {}): readonly GeneralNameText[] {
  if (Array.isArray(policy)) return policy as readonly GeneralNameText[]
  const names = subjectAltName.map(requestedName)
  if (policy !== 'requested') for (const name of names) permitName(name, policy as AlternativeNamePatterns)
  return Object.freeze(names)
}

async function ask (predicate: NonNullable<IssuancePolicy['predicate']>, request: CertificationRequest): Promise<void> {
  const answer: unknown = await answerOf(predicate, request)
  if (answer === false) throw new AuthorityError('the predicate of the policy refused the request')
  if (answer !== true) throw new AuthorityError(`the predicate of the policy answered with a value of type ${typeof answer}, and not true or false`)
}

async function answerOf (predicate: NonNullable<IssuancePolicy['predicate']>, request: CertificationRequest): Promise<unknown> {
  try {
    return await predicate(request)
  } catch (cause) {
    throw new AuthorityError('the predicate of the policy failed', cause)
  }
}

// Names that were given instead of the requested ones. What these were is not told: it is the requester's text.
function droppedNames (request: CertificationRequest, subject: DistinguishedName, granted: readonly Extension[]): readonly string[] {
  const asked = request.extensions.find(({ type }) => type === extensionTypes.subjectAltName)
  return [
    ...(request.subject.attributes.length === 0 || subject.equals(request.subject) ? [] : ['subject']),
    ...(asked === undefined || isAmong(asked, granted) ? [] : ['subjectAltName'])
  ]
}

const isAmong = ({ value }: Extension, granted: readonly Extension[]): boolean => granted.some((each) => each.value.equals(value))
