import { parseAddress, type Certificate, type GeneralName, type GeneralSubtree, type NameConstraints } from '../certificate/index.js'
import { shortened } from '../errors.js'
import type { Broken, Fault } from './broken.js'
import { readMailbox } from './mailbox.js'
import { formOf, nameForms, type NameForm } from './name-forms.js'

// As many as Go's crypto/x509 and rustls' webpki do, counted as OpenSSL does, whatever the forms: a thousand subtrees for a
// certificate of 250 names.
const maxComparisons = 250_000

/** Counts the comparisons of names while one path is looked for. */
export class Comparisons {
  #count = 0

  /** Whether so many more may still be done. */
  allow (more: number): boolean {
    this.#count += more
    return this.#count <= maxComparisons
  }
}

/** What a CA says of the names of one form; `undefined` stands for a subtree that cannot be read. */
interface Constraint {
  readonly permitted: unknown[]
  readonly excluded: unknown[]
}

/** A name that constraints are held against: `value` is `undefined` where it cannot be read, or its form is not understood. */
interface ConstrainedName {
  readonly form: string
  /** Where the name stands, in the words of the refusal. */
  readonly label: string
  readonly text: string
  readonly value: unknown
}

/**
 * The first certificate below that has a name which the name constraints of `issuer` do not let it have (RFC 5280,
 * sections 6.1.3 (b), (c) and 6.1.4 (g)). Self-issued certificates are exempt, but for the leaf. What cannot be read, or is of
 * a form that is not understood here, is not let through where its form is constrained.
 */
export function nameConstraintFault (issuer: Certificate, below: readonly Certificate[], comparisons: Comparisons): Fault | undefined {
  if (issuer.nameConstraints === undefined) return undefined
  for (const [depth, certificate] of below.entries()) {
    if (depth > 0 && certificate.isSelfIssued) continue
    const broken = brokenBy(namesOf(certificate, depth === 0), issuer, comparisons)
    if (broken !== undefined) return { depth, broken }
  }
  return undefined
}

function brokenBy (names: readonly ConstrainedName[], issuer: Certificate, comparisons: Comparisons): Broken | undefined {
  const { permittedSubtrees = [], excludedSubtrees = [] } = issuer.nameConstraints as NameConstraints
  if (!comparisons.allow(names.length * (permittedSubtrees.length + excludedSubtrees.length))) return tooManyComparisons
  const constraints = constraintsOf(issuer)
  for (const name of names) {
    const constraint = constraints.get(name.form)
    const problem = constraint && problemOf(name, constraint)
    if (problem !== undefined) return { rule: 'NAME_CONSTRAINTS', problem: `the ${name.label} ${shortened(name.text)} ${problem} ${issuer.subject.toShortString()}` }
  }
  return undefined
}

function problemOf ({ form, value }: ConstrainedName, { permitted, excluded }: Constraint): string | undefined {
  if (value === undefined || permitted.includes(undefined) || excluded.includes(undefined)) return 'cannot be held against the name constraints of'
  const { isWithin, reaches = isWithin } = nameForms.get(form) as NameForm<unknown, unknown>
  if (excluded.some((base) => reaches(value, base))) return 'is excluded by'
  return permitted.length === 0 || permitted.some((base) => isWithin(value, base)) ? undefined : 'is not among those that are permitted by'
}

const tooManyComparisons: Broken = { rule: 'LIMIT', problem: `no path was found within ${maxComparisons} comparisons of names` }

const knownConstraints = new WeakMap<Certificate, ReadonlyMap<string, Constraint>>()

/** By the form of name. Read once, then remembered: CAs stay. */
function constraintsOf (issuer: Certificate): ReadonlyMap<string, Constraint> {
  const known = knownConstraints.get(issuer)
  if (known !== undefined) return known
  const constraints = new Map<string, Constraint>()
  const { permittedSubtrees = [], excludedSubtrees = [] } = issuer.nameConstraints as NameConstraints
  for (const subtree of permittedSubtrees) add(constraints, subtree, 'permitted')
  for (const subtree of excludedSubtrees) add(constraints, subtree, 'excluded')
  knownConstraints.set(issuer, constraints)
  return constraints
}

function add (constraints: Map<string, Constraint>, { base }: GeneralSubtree, kind: keyof Constraint): void {
  const form = formOf(base)
  const constraint = constraints.get(form) ?? { permitted: [], excluded: [] }
  constraints.set(form, constraint)
  constraint[kind].push(nameForms.get(form)?.readBase(base))
}

const knownNames = new WeakMap<Certificate, readonly ConstrainedName[]>()
const knownNamesOfLeaves = new WeakMap<Certificate, readonly ConstrainedName[]>()

function namesOf (certificate: Certificate, isLeaf: boolean): readonly ConstrainedName[] {
  const cache = isLeaf ? knownNamesOfLeaves : knownNames
  const known = cache.get(certificate)
  if (known !== undefined) return known
  const names = Array.from(allNames(certificate), (name) => constrainedName(name))
  if (isLeaf) names.push(...Array.from(namesInCommonNames(certificate), (name) => constrainedName(name, 'commonName')))
  cache.set(certificate, names)
  return names
}

const constrainedName = (name: GeneralName, label = formOf(name)): ConstrainedName => ({
  form: formOf(name),
  label,
  text: Buffer.isBuffer(name.value) ? '' : name.value.toString(),
  value: nameForms.get(formOf(name))?.readName(name)
})

/**
 * The subject, too, is a directoryName, and its e-mail addresses are rfc822Names. RFC 5280 asks for these only if there is no
 * subjectAltName, but then a CA could put an address that it may not give into the subject, behind one that it may.
 */
function * allNames ({ subject, subjectAltName }: Certificate): Iterable<GeneralName> {
  if (subject.attributes.length > 0) yield { type: 'directoryName', value: subject }
  for (const value of subject.all('emailAddress')) yield { type: 'rfc822Name', value }
  for (const name of subjectAltName) {
    yield name
    // RFC 9598, section 6: an internationalized mailbox is constrained as others are.
    if (name.type === 'otherName' && name.smtpUTF8Mailbox !== undefined) yield { type: 'rfc822Name', value: name.smtpUTF8Mailbox }
  }
}

// Two labels or more, as OpenSSL asks of a commonName that it takes for a host name; and a pattern or a root label besides.
const hostName = /^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)+\.?$/i

/**
 * The names in the commonNames of a leaf. RFC 5280 knows none there, but policies that compare a commonName do: a CA that is
 * constrained could otherwise give every host, address and mailbox by it.
 */
function * namesInCommonNames ({ subject }: Certificate): Iterable<GeneralName> {
  for (const value of subject.all('commonName')) {
    if (hostName.test(value)) yield { type: 'dNSName', value }
    const octets = parseAddress(value)
    if (octets !== undefined) yield { type: 'iPAddress', value, octets }
    if (readMailbox(value) !== undefined) yield { type: 'rfc822Name', value }
  }
}
