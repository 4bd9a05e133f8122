import { isArrival, type Finding } from './arrival.js'
import type { Examination } from './proxy-examination.js'
import type { Field } from './received-header.js'
import { table } from './table.js'

/** The verdict in a line, what became of each field, and what the proxy sets itself. */
export function reportText (url: URL, hasIdentity: boolean, examination: Examination): string {
  const { findings, own, httpVersions } = examination
  const rows = fieldsIn(findings).flatMap((field) => rowsOf(field, findings.filter(({ forgery }) => forgery.field === field)))
  return [
    `${verdictOf(url, findings)} (${findings.length} requests over ${httpVersions.join(' and ')})`, '',
    table([['FIELD', 'SENT', 'RESULT'], ...rows]), '',
    ownText(own, hasIdentity)
  ].join('\n')
}

const fieldsIn = (findings: readonly Finding[]): readonly string[] => [...new Set(findings.map(({ forgery }) => forgery.field))]

function verdictOf ({ href }: URL, findings: readonly Finding[]): string {
  const arrived = fieldsIn(findings.filter(isArrival))
  if (arrived.length > 0) return `forged fields arrive behind ${href}: ${arrived.map((field) => withRemark(field, findings)).join(', ')}`
  const unclear = fieldsIn(findings.filter(({ outcome }) => outcome === 'unclear'))
  return unclear.length > 0 ? `of some forged fields nothing can be told behind ${href}: ${unclear.join(', ')}` : `nothing that is forged arrives behind ${href}`
}

const withRemark = (field: string, findings: readonly Finding[]): string => arrivesInDisguise(field, findings) ? `${field} (only with underscores)` : field

/** Whether a field that arrives does so under other names alone. */
const arrivesInDisguise = (field: string, findings: readonly Finding[]): boolean =>
  findings.filter((finding) => finding.forgery.field === field && isArrival(finding))
    .every(({ arrived, forgery }) => forgery.spelling === 'with underscores' && arrived.every(({ name }) => name.includes('_')))

/** Ways that end alike stand in one row; where the versions of HTTP are not alike, each has its own rows. */
function rowsOf (field: string, findings: readonly Finding[]): readonly Row[] {
  const versions = [...new Set(findings.map(({ forgery }) => forgery.httpVersion))]
  if (areAlike(findings)) return rowsOfOne(field, findings)
  return versions.flatMap((version) => rowsOfOne(field, findings.filter(({ forgery }) => forgery.httpVersion === version))
    .map(([, ways, text]): Row => [field, `over ${version}: ${ways}`, text]))
}

type Row = readonly [field: string, ways: string, text: string]

const areAlike = (findings: readonly Finding[]): boolean => findings.every(({ forgery: { spelling, name }, text }) =>
  findings.every((other) => other.forgery.spelling !== spelling || other.forgery.name !== name || other.text === text))

function rowsOfOne (field: string, findings: readonly Finding[]): readonly Row[] {
  const texts = [...new Set(findings.map(({ text }) => text))]
  if (texts.length === 1) return [[field, 'in every way', texts[0]]]
  return texts.map((text) => [field, waysOf(findings.filter((finding) => finding.text === text), findings), text])
}

/** The spellings; of one that ends in several ways, the names. */
function waysOf (some: readonly Finding[], all: readonly Finding[]): string {
  const spellings = [...new Set(some.map(({ forgery }) => forgery.spelling))]
  return spellings.flatMap((spelling) => {
    const [these, those] = [some, all].map((findings) => findings.filter(({ forgery }) => forgery.spelling === spelling))
    return these.length === those.length ? spelling : [...new Set(these.map(({ forgery }) => forgery.name))]
  }).join(', ')
}

const mostShown = 60

function ownText (own: readonly Field[], hasIdentity: boolean): string {
  const client = hasIdentity ? 'this client' : 'a client without a certificate'
  if (own.length === 0) return `For ${client} the proxy sets none of these fields.`
  return [`For ${client} the proxy sets:`, '', table([['FIELD', 'VALUE'], ...own.map(({ name, value }) => [name, cut(value)])])].join('\n')
}

const cut = (value: string): string => value.length > mostShown ? `${value.slice(0, mostShown)}… (${value.length} characters)` : value || '(empty)'

/** The same for a program. */
export const reportJson = ({ href }: URL, { httpVersions, own, passesControl, findings }: Examination): object => ({
  url: href,
  arrives: findings.some(isArrival),
  isClear: findings.every(({ outcome }) => outcome !== 'unclear'),
  httpVersions,
  passesOtherFields: passesControl,
  own,
  findings: findings.map(({ forgery: { field, spelling, name, httpVersion, tokens }, outcome, status, arrived }) =>
    ({ field, httpVersion, spelling, name, values: tokens, outcome, status, arrived }))
})

/** Whether there is nothing to mend, and nothing that is not known. */
export const isGood = ({ findings }: Examination): boolean => !findings.some((finding) => isArrival(finding) || finding.outcome === 'unclear')

/** What is to be said besides, for a person. */
export const remarksOn = (examination: Examination, { hasIdentity, hasChosen }: { readonly hasIdentity: boolean, readonly hasChosen: boolean }): readonly string[] =>
  [...notesOn(examination, hasIdentity), ...hintsOn(examination, hasChosen)]

function notesOn ({ own, passesControl }: Examination, hasIdentity: boolean): readonly string[] {
  const notes: string[] = []
  if (!passesControl) notes.push('note: a field that means nothing is taken away as well, and so an old answer out of a cache would not be told from a new one')
  if (hasIdentity && own.length === 0) notes.push('note: nothing tells of this client\'s certificate: the proxy does not forward it, or the application took it away, since it does not trust the address of the proxy')
  return notes
}

function hintsOn ({ findings }: Examination, hasChosen: boolean): readonly string[] {
  const fields = fieldsIn(findings.filter(isArrival))
  const disguised = fields.filter((field) => arrivesInDisguise(field, findings))
  const hints: string[] = []
  if (fields.length > disguised.length) hints.push('hint: the proxy has to take such fields away from every request, or put its own in their place: docs/proxies.md')
  if (disguised.length > 0) hints.push('hint: this package refuses a field with underscores as malformed, but other servers take it for the one with hyphens: let the proxy take it away, too')
  if (fields.length > 0 && !hasChosen) hints.push('hint: fields that the application does not read do no harm: --from and --header tell which those are that it reads')
  return hints
}
