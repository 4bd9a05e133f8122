import t from 'tap'
import { pathStatus, type RevocationOptions, type StatusSources } from '../../lib/trust/index.js'
import type { Certificate } from '../../lib/certificate/index.js'
import { cases } from './revocation-cases.js'
import { authority, client, entryFor, listOf, listSigner, lastWeek, nameOf, nextWeek, now, points, scope, tomorrow, yesterday } from './revocation-scene.js'

const nextMonth = new Date('2030-07-15T12:00:00Z')

/** The verdict as the cases have it. */
function verdictOf (path: readonly Certificate[], sources: StatusSources, options: RevocationOptions = {}): string {
  const status = pathStatus(path, now, sources, options)
  if (status.broken !== undefined) return `${status.depth} ${status.broken.rule} ${status.broken.problem}`
  return `good until ${status.until === Infinity ? 'Infinity' : new Date(status.until).toISOString()}`
}

t.test('a path is good where the lists say so', async (t) => {
  for (const [what, { path, lists, certificates = [], options, verdict }] of Object.entries(cases)) {
    t.equal(verdictOf(path, { certificateLists: lists, certificates }, options), verdict, what)
  }
})

t.test('the order of the lists and certificates does not tell', async (t) => {
  for (const [what, { path, lists, certificates = [], options, verdict }] of Object.entries(cases)) {
    // Of too many, who comes first is looked at.
    if (what.endsWith('among too many')) continue
    t.equal(verdictOf(path, { certificateLists: [...lists].reverse(), certificates: [...certificates].reverse() }, options).split(':')[0], verdict.split(':')[0], what)
  }
})

t.test('a path that is a trust anchor alone has nothing to be asked of', async (t) => {
  const root = authority('Root').certificate
  for (const depth of ['end-entity', 'path'] as const) t.equal(verdictOf([root], { certificateLists: [], certificates: [] }, { depth }), 'good until Infinity')
})

const root = authority('Root')
const issuing = authority('Issuing', { issuer: root })
const leaf = client(issuing)
const path = [leaf, issuing, root].map(({ certificate }) => certificate)

t.test('signers whose status other such signers tell of come to an end', async (t) => {
  const circle = Array.from({ length: 8 }, () => listSigner('Root', root))
  const lists = [listOf(issuing), ...circle.map((signer) => listOf(signer))]
  const start = performance.now()
  const verdict = verdictOf(path, { certificateLists: lists, certificates: circle.map(({ certificate }) => certificate) })
  t.match(verdict, /^1 STATUS_UNKNOWN .* is signed by a certificate that is not good itself: /)
  t.match(verdict, /(?:only a list that it signed itself tells of it|more than 32 others would have to be asked)$/)
  t.ok(performance.now() - start < 2000)
})

t.test('names are told apart by what they are, and directory names are compared as such', async (t) => {
  const at = (place: Buffer | string, listPlace: Buffer | string) => {
    const placed = client(issuing, { extensions: [points({ names: [place] })] })
    const lists = [listOf(root), listOf(issuing, { extensions: [scope({ names: [listPlace] })] })]
    return verdictOf([placed.certificate, ...path.slice(1)], { certificateLists: lists, certificates: [] }).split(' ')[0]
  }
  t.equal(at(nameOf('Lists'), nameOf('LISTS')), 'good')
  t.equal(at('http://a/', 'http://A/'), '0')
})

t.test('the lists are sorted once', async (t) => {
  const certificateLists = [listOf(root, { nextUpdate: nextWeek }), ...Array.from({ length: 50 }, (_, number) => listOf(issuing, { number, entries: [entryFor(leaf.certificate)] })), listOf(issuing, { number: 50 })]
  t.equal(verdictOf(path, { certificateLists, certificates: [] }), `good until ${tomorrow.toISOString()}`)
  certificateLists.pop()
  t.equal(verdictOf(path, { certificateLists, certificates: [] }), `good until ${tomorrow.toISOString()}`, 'the array is not to be changed')
  t.equal(verdictOf(path, { certificateLists: [...certificateLists], certificates: [] }), `0 REVOKED the certificate was revoked at ${lastWeek.toISOString()}`)
})

t.test('the path of a signer is remembered, but not for another time or trust anchor', async (t) => {
  const separate = listSigner('Issuing', root, { notAfter: tomorrow })
  const sources = { certificateLists: [listOf(root, { nextUpdate: nextMonth }), listOf(separate, { nextUpdate: nextMonth })], certificates: [separate.certificate] }
  const verdict = (path: readonly Certificate[], at: Date) => {
    const { broken } = pathStatus(path, at, sources, {})
    return broken === undefined ? 'good' : broken.problem.replace(/.*(?=the )/, '')
  }
  t.equal(verdict(path, now), 'good')
  t.equal(verdict(path, yesterday), 'good')
  t.equal(verdict(path, nextWeek), `the certificate expired at ${tomorrow.toISOString()} (certificate 0: CN=Issuing)`)
  const twin = authority('Root')
  t.equal(verdict([leaf.certificate, authority('Issuing', { issuer: twin }).certificate, twin.certificate], now), 'the issuer (certificate 0: CN=Issuing)')
})

t.test('an error of the program is not taken for a bad path of a signer', async (t) => {
  const separate = listSigner('Issuing', root)
  const sources = { certificateLists: [listOf(separate)], certificates: [separate.certificate] }
  t.throws(() => pathStatus(path, new Date(NaN), sources, {}), { name: 'TypeError', message: 'at is an Invalid Date' })
})
