import { authorityKeyIdentifierExtension, writeBoolean, writeInteger, type Certificate, type CertificateList } from '../../lib/certificate/index.js'
import type { RevocationOptions } from '../../lib/trust/index.js'
import { extensionOf } from '../certificate/raw-certificate.js'
import { basicConstraints, keyUsage, mint, type Minted } from '../helpers/mint.js'
import {
  authority, client, entryFor, freshest, lastWeek, listOf, listSigner, nameOf, nextWeek, now, period, points, scope, tomorrow, yesterday
} from './revocation-scene.js'
import { emptyName, extension } from './scene.js'

/** A path, what is known of it, and what is to be said of it. */
export interface Case {
  readonly path: readonly Certificate[]
  readonly lists: readonly CertificateList[]
  /** Where else signers of lists are found. */
  readonly certificates?: readonly Certificate[]
  readonly options?: RevocationOptions
  /** `good until` and an ISO date or `Infinity`; or depth, rule and problem. */
  readonly verdict: string
  /** Why `openssl verify` says otherwise. */
  readonly openssl?: string
}

const root = authority('Root')
const issuing = authority('Issuing', { issuer: root })
const alice = client(issuing)
const other = authority('Other', { issuer: root })

const path = [alice, issuing, root].map(({ certificate }) => certificate)
const pathOf = (leaf: Minted, ...issuers: Minted[]) => [leaf, ...issuers, root].map(({ certificate }) => certificate)
const ofRoot = listOf(root, { nextUpdate: nextWeek })
const aliceEntry = entryFor(alice.certificate)

/** Below the CA of the scene, with its lists beside one of the root. */
const issued = (lists: readonly CertificateList[], verdict: string, more: Partial<Case> = {}): Case => ({ path, lists: [ofRoot, ...lists], verdict, ...more })

/** The same for a client with distribution points. */
function placed (leaf: Minted, lists: readonly CertificateList[], verdict: string, more: Partial<Case> = {}): Case {
  return { path: pathOf(leaf, issuing), lists: [ofRoot, ...lists], verdict, ...more }
}

const unknown = (depth: number, problem: string) => `${depth} STATUS_UNKNOWN whether the certificate is revoked is not known: ${problem}`
const silent = (name = 'Issuing', depth = 0) => unknown(depth, `no certificate list that tells of it is known (issuer CN=${name})`)
const good = `good until ${tomorrow.toISOString()}`
const revoked = `0 REVOKED the certificate was revoked at ${lastWeek.toISOString()}`
const revokedFor = (reason: string) => `${revoked} (${reason})`
const nobody = 'is not signed by a key of its issuer that is known here'
const issuingList = (problem: string, number = '1 ') => unknown(0, `the certificate list ${number}of CN=Issuing ${problem}`)

const unheeded = (critical: boolean) => extension('1.2.3.4', Buffer.from([5, 0]), critical)
const hour = 60 * 60 * 1000

/** What a few cases are made of: a CA that leaves lists to another key or name. */
const separate = listSigner('Issuing', root)
const keys = { publicKey: separate.publicKey, privateKey: separate.privateKey }
const stranger = authority('Root')
const clerk = listSigner('Clerk', root)
const byClerk = client(issuing, { extensions: [points({ names: ['http://clerk/'], issuer: [nameOf('Clerk')] })] })
const atClerk = (options: Parameters<typeof scope>[0] = {}) => scope({ names: ['http://clerk/'], indirect: true, ...options })
const clerkList = (entries: readonly Buffer[] = [], options = {}) => listOf(clerk, { entries, extensions: [atClerk()], ...options })
const clerkCases = (lists: readonly CertificateList[], verdict: string, more: Partial<Case> = {}) =>
  placed(byClerk, lists, verdict, { certificates: [clerk.certificate], ...more })

const atA = client(issuing, { extensions: [points({ names: ['http://a/'] })] })
const atAOrB = client(issuing, { extensions: [points({ names: ['http://a/'] }, { names: ['http://b/'] })] })
const relative = client(issuing, { extensions: [points({ relative: 'Lists' })] })
const lists = (names: ReadonlyArray<string | Buffer>) => listOf(issuing, { extensions: [scope({ names })] })

const complete = ({ extensions = [], ...options }: Parameters<typeof listOf>[1] = {}) => listOf(issuing, { number: 5, extensions: [freshest, ...extensions], ...options })
const delta = (options: Parameters<typeof listOf>[1] = {}) => listOf(issuing, { number: 6, base: 5, ...options })
const held = entryFor(alice.certificate, { reason: 'certificateHold' })
const removed = entryFor(alice.certificate, { reason: 'removeFromCRL' })

const noEnd = 'OpenSSL takes a list without nextUpdate for one without end; RFC 5280, section 5.1.2.5, wants it in every list'
const noNumber = 'OpenSSL takes lists without a number; RFC 5280, section 5.2.3, wants one in every list'
const heard = 'OpenSSL hears one list of a kind; here a verified list that revokes is heard always'
const lenient = 'openssl verify has no such option'

export const cases: Record<string, Case> = {
  'nobody is revoked': issued([listOf(issuing)], good),
  'another one is revoked': issued([listOf(issuing, { entries: [entryFor(client(issuing).certificate)] })], good),
  'the client is revoked': issued([listOf(issuing, { entries: [aliceEntry] })], revoked),
  'the reason is told': issued([listOf(issuing, { entries: [entryFor(alice.certificate, { reason: 'keyCompromise' })] })], revokedFor('keyCompromise')),
  'the revocation is dated tomorrow': issued([listOf(issuing, { entries: [entryFor(alice.certificate, { revocationDate: tomorrow })] })], `0 REVOKED the certificate was revoked at ${tomorrow.toISOString()}`),
  'the CA is revoked': { path, lists: [listOf(issuing), listOf(root, { entries: [entryFor(issuing.certificate)] })], verdict: revoked.replace('0', '1') },
  'the CA is revoked, and nobody asks': {
    path, lists: [listOf(issuing), listOf(root, { entries: [entryFor(issuing.certificate)] })], options: { depth: 'end-entity' }, verdict: good
  },
  'no list at all': { path, lists: [], verdict: silent() },
  'no list of the CA': issued([], silent()),
  'no list of the CA, and that is accepted': issued([], `good until ${nextWeek.toISOString()}`, { options: { whenUnknown: 'accept' }, openssl: lenient }),
  'no list at all, and that is accepted': { path, lists: [], verdict: 'good until Infinity', options: { whenUnknown: 'accept' }, openssl: lenient },
  'no list of the root': { path, lists: [listOf(issuing)], verdict: silent('Root', 1) },
  'no list of the root, for the leaf alone': { path, lists: [listOf(issuing)], options: { depth: 'end-entity' }, verdict: good },
  'a client right below the root': { path: pathOf(client(root)), lists: [ofRoot], verdict: `good until ${nextWeek.toISOString()}` },
  'the name in capitals': issued([listOf(issuing, { issuerName: nameOf('ISSUING'), entries: [aliceEntry] })], revoked),

  'a list of another CA': issued([listOf(other)], silent()),
  'a list of another CA of that name': issued([listOf(authority('Issuing', { issuer: stranger }))], issuingList(nobody)),
  'a list of another CA of that name that is known': issued([listOf(separate, { number: 7 })], issuingList('may be signed by a certificate that has no good path: no certificate of its issuer CN=Stranger is known (certificate 0: CN=Issuing)', '7 '), {
    certificates: [listSigner('Issuing', authority('Stranger')).certificate]
  }),
  'a list that another CA signed': issued([listOf(other, { issuerName: nameOf('Issuing') })], issuingList(nobody)),
  'the right list beside one of another CA of that name that revokes': issued([listOf(authority('Issuing', { issuer: stranger }), { entries: [aliceEntry], number: 9 }), listOf(issuing)], good),
  'a CA that does not sign lists': (() => {
    const issuer = authority('Signs no lists', { issuer: root, extensions: [basicConstraints(true), keyUsage('keyCertSign')] })
    return { path: pathOf(client(issuer), issuer), lists: [ofRoot, listOf(issuer)], verdict: unknown(0, `the certificate list 1 of CN=Signs no lists ${nobody}`) }
  })(),
  'a CA that does not say what its key is for': (() => {
    const issuer = authority('Silent', { issuer: root, extensions: [basicConstraints(true)] })
    return { path: pathOf(client(issuer), issuer), lists: [ofRoot, listOf(issuer)], verdict: good }
  })(),

  'a list that is over': issued([listOf(issuing, { thisUpdate: lastWeek, nextUpdate: yesterday })], issuingList(`is over since ${yesterday.toISOString()}`)),
  'a list that is over, and that is accepted': issued([listOf(issuing, { thisUpdate: lastWeek, nextUpdate: yesterday })], `good until ${nextWeek.toISOString()}`, { options: { whenStale: 'accept' }, openssl: lenient }),
  'a list that is over, within the grace period': issued([listOf(issuing, { thisUpdate: lastWeek, nextUpdate: yesterday })], `good until ${new Date(now.getTime() + hour).toISOString()}`, {
    options: { whenStale: 'accept', gracePeriod: 25 * hour }, openssl: lenient
  }),
  'a list that is over, past the grace period': issued([listOf(issuing, { thisUpdate: lastWeek, nextUpdate: yesterday })], issuingList(`is over since ${yesterday.toISOString()}`), {
    options: { whenStale: 'accept', gracePeriod: 23 * hour }
  }),
  'a list that is over, and what is not known is accepted': issued([listOf(issuing, { thisUpdate: lastWeek, nextUpdate: yesterday })], `good until ${nextWeek.toISOString()}`, {
    options: { whenUnknown: 'accept' }, openssl: lenient
  }),
  'a list that is over revokes all the same': issued([listOf(issuing, { thisUpdate: lastWeek, nextUpdate: yesterday, entries: [aliceEntry] })], revoked, { options: { whenUnknown: 'accept' } }),
  'a list that ends now': issued([listOf(issuing, { nextUpdate: now })], `good until ${now.toISOString()}`, { openssl: 'OpenSSL takes the second of nextUpdate for over' }),
  'a list of tomorrow': issued([listOf(issuing, { thisUpdate: tomorrow, nextUpdate: nextWeek, entries: [aliceEntry] })], issuingList(`is not of this time but of ${tomorrow.toISOString()}`)),
  'a list without an end': issued([listOf(issuing, { nextUpdate: null })], issuingList('does not say until when it holds'), { openssl: noEnd }),
  'a list without an end, and that is accepted': issued([listOf(issuing, { nextUpdate: null })], `good until ${nextWeek.toISOString()}`, { options: { whenStale: 'accept' } }),

  'an older list that revokes': issued([complete({ number: 4, thisUpdate: lastWeek, entries: [held] }), complete()], good),
  'an older list that does not revoke': issued([complete({ number: 4, thisUpdate: lastWeek }), complete({ entries: [held] })], revokedFor('certificateHold')),
  'the number tells which is the older one, not the date': issued([complete({ number: 4, entries: [held] }), complete({ thisUpdate: lastWeek })], good, { openssl: 'OpenSSL goes by the date; RFC 5280, section 5.2.3, by the number' }),
  'of lists of one number the date tells': issued([listOf(issuing, { thisUpdate: lastWeek, entries: [held] }), listOf(issuing)], good),
  'a list without a number': issued([listOf(issuing, { number: null })], issuingList('has no cRLNumber', ''), { openssl: noNumber }),
  'a list without a number, and that is accepted': issued([listOf(issuing, { number: null })], good, { options: { whenNotConforming: 'accept' } }),
  'lists without numbers, of which the date tells': issued([listOf(issuing, { number: null, thisUpdate: lastWeek, entries: [held] }), listOf(issuing, { number: null })], good, { options: { whenNotConforming: 'accept' } }),
  'a list without a number that revokes, and that is accepted': issued([listOf(issuing, { number: null, entries: [aliceEntry] })], revoked, { options: { whenNotConforming: 'accept' } }),
  'a list whose number is critical': issued([listOf(issuing, { number: null, extensions: [extension('2.5.29.20', writeInteger(1))] })], issuingList('has a cRLNumber that is critical')),
  'a list whose number is critical, and that is accepted': issued([listOf(issuing, { number: null, extensions: [extension('2.5.29.20', writeInteger(1))] })], good, { options: { whenNotConforming: 'accept' }, openssl: 'OpenSSL does not know a critical one' }),
  'a newer list that is not genuine': issued([complete({ entries: [aliceEntry] }), listOf(authority('Issuing', { issuer: stranger }), { number: 9 })], revoked),
  'a list of another key that revokes': issued([listOf(issuing, { number: 9 }), listOf(separate, { number: 4, entries: [aliceEntry] })], revoked, { certificates: [separate.certificate], openssl: heard }),

  'an unknown critical extension': issued([listOf(issuing, { extensions: [unheeded(true)] })], issuingList('has the critical extension 1.2.3.4, which is not understood here')),
  'an unknown extension': issued([listOf(issuing, { extensions: [unheeded(false)] })], good),
  'an entry with an unknown critical extension': issued([
    listOf(issuing, { entries: [entryFor(other.certificate, { extensions: [extensionOf('1.2.3.4', Buffer.from([5, 0]), writeBoolean(true))] })] })
  ], issuingList('has an entry with a critical extension that is not understood here')),
  'removeFromCRL in a complete list': issued([listOf(issuing, { entries: [removed] })], good),

  'only users': issued([listOf(issuing, { extensions: [scope({ onlyUsers: true })] })], good),
  'only authorities': issued([listOf(issuing, { extensions: [scope({ onlyAuthorities: true })] })], silent()),
  'only attribute certificates': issued([listOf(issuing, { extensions: [scope({ onlyAttributes: true })] })], silent()),
  'a CA, and only users': { path, lists: [listOf(issuing), listOf(root, { extensions: [scope({ onlyUsers: true })] })], verdict: silent('Root', 1) },
  'a CA, and only authorities': { path, lists: [listOf(issuing), listOf(root, { extensions: [scope({ onlyAuthorities: true })] })], verdict: good },
  'a scope without limits': issued([listOf(issuing, { extensions: [scope({})] })], good),

  'the place that the certificate names': placed(atA, [lists(['http://a/'])], good),
  'another place': placed(atA, [lists(['http://b/'])], silent()),
  'one of the places': placed(atAOrB, [lists(['http://c/', 'http://b/'])], good),
  'a list without a place, for a certificate with one': placed(atA, [listOf(issuing)], good),
  'a list with a place, for a certificate without one': issued([lists(['http://a/'])], silent()),
  'a list at the name of the issuer, for a certificate without a place': issued([lists([nameOf('Issuing')])], good, { openssl: 'OpenSSL does not assume the place that RFC 5280, section 6.3.3, assumes' }),
  'a list with the place of another kind': placed(atA, [lists([nameOf('http://a/')])], silent()),
  'a place below the issuer': placed(relative, [listOf(issuing, { extensions: [scope({ relative: 'Lists' })] })], good),
  'another place below the issuer': placed(relative, [listOf(issuing, { extensions: [scope({ relative: 'Others' })] })], silent()),
  'a place below the issuer, by its whole name': placed(relative, [lists([Buffer.concat([
    Buffer.from([0x30, nameOf('Issuing').length - 2 + nameOf('Lists').length - 2]), nameOf('Issuing').subarray(2), nameOf('Lists').subarray(2)
  ])])], good),
  'each place has a list, and one revokes': placed(atAOrB, [lists(['http://a/']), listOf(issuing, { entries: [entryFor(atAOrB.certificate)], extensions: [scope({ names: ['http://b/'] })] })], revoked, { openssl: heard }),
  'a place for reasons without a name': placed(client(issuing, { extensions: [points({ reasons: [1] })] }), [lists(['http://a/'])], silent()),

  'some reasons': issued([listOf(issuing, { extensions: [scope({ reasons: [1, 2] })] })], unknown(0, 'the certificate lists that tell of it are not for every reason')),
  'some reasons, and the others': issued([
    listOf(issuing, { extensions: [scope({ reasons: [1, 2] })] }), listOf(issuing, { extensions: [scope({ reasons: [3, 4, 5, 6, 7, 8] })] })
  ], good),
  'some reasons, and for one of them it is revoked': issued([
    listOf(issuing, { extensions: [scope({ reasons: [1, 2] })] }), listOf(issuing, { entries: [entryFor(alice.certificate, { reason: 'superseded' })], extensions: [scope({ reasons: [3, 4, 5, 6, 7, 8] })] })
  ], revokedFor('superseded')),
  'every reason by name': issued([listOf(issuing, { extensions: [scope({ reasons: [1, 2, 3, 4, 5, 6, 7, 8] })] })], good),
  'a reason that has no name': issued([listOf(issuing, { extensions: [scope({ reasons: [2, 3, 4, 5, 6, 7, 8, 33] })] })], unknown(0, 'the certificate lists that tell of it are not for every reason')),
  'some reasons of the certificate': placed(client(issuing, { extensions: [points({ names: ['http://a/'], reasons: [1, 2, 9] }, { names: ['http://b/'], reasons: [2, 3, 4, 5, 6, 7, 8] })] }), [
    lists(['http://a/']), lists(['http://b/'])
  ], good),
  'some reasons of the certificate, and no others': placed(client(issuing, { extensions: [points({ names: ['http://a/'], reasons: [1, 2] })] }), [lists(['http://a/'])],
    unknown(0, 'the certificate lists that tell of it are not for every reason')),
  'some reasons of both, which are not the same': placed(client(issuing, { extensions: [points({ names: ['http://a/'], reasons: [1, 2] }, { names: ['http://b/'], reasons: [3, 4, 5, 6, 7, 8] })] }), [
    listOf(issuing, { extensions: [scope({ names: ['http://a/'], reasons: [2] })] }), lists(['http://b/'])
  ], unknown(0, 'the certificate lists that tell of it are not for every reason')),
  'a list at two places, for other reasons each': placed(client(issuing, { extensions: [points({ names: ['http://a/'], reasons: [1, 2] }, { names: ['http://b/'], reasons: [3, 4, 5, 6, 7, 8] })] }), [
    lists(['http://a/', 'http://b/'])
  ], good, { openssl: 'OpenSSL looks at the first place of a list alone' }),

  'a delta without a complete list': issued([delta({ entries: [aliceEntry] })], silent()),
  'a delta that says nothing of it': issued([complete(), delta({ nextUpdate: now })], `good until ${now.toISOString()}`),
  'a delta that revokes': issued([complete(), delta({ entries: [aliceEntry] })], revoked),
  'a delta that takes a hold back': issued([complete({ entries: [held] }), delta({ entries: [removed] })], good),
  'a delta that keeps a hold': issued([complete({ entries: [held] }), delta({ entries: [entryFor(alice.certificate, { reason: 'keyCompromise' })] })], revokedFor('keyCompromise')),
  'a hold that no delta takes back': issued([complete({ entries: [held] }), delta()], revokedFor('certificateHold')),
  'a delta to an older list': issued([complete({ entries: [held] }), delta({ base: 3, entries: [removed] })], good),
  'a delta to a newer list that revokes': issued([complete(), listOf(issuing, { number: 9, base: 7, entries: [aliceEntry] })], revoked, { openssl: 'OpenSSL passes over a delta that it cannot combine' }),
  'a delta to a newer list that takes a hold back': issued([complete({ entries: [held] }), listOf(issuing, { number: 9, base: 7, entries: [removed] })], revokedFor('certificateHold')),
  'two deltas, of which the newer one cannot be combined': issued([complete({ entries: [held] }), delta({ entries: [removed] }), listOf(issuing, { number: 9, base: 7 })], good),
  'two deltas, of which the newer one counts': issued([complete(), delta({ entries: [held] }), listOf(issuing, { number: 7, base: 5, entries: [removed] })], good, { openssl: 'OpenSSL takes the first delta that it can combine' }),
  'two deltas, of which the newer one says nothing of it': issued([complete(), delta({ entries: [held] }), listOf(issuing, { number: 7, base: 5 })], good, { openssl: 'OpenSSL takes the first delta that it can combine' }),
  'a delta that is older than the list': issued([complete({ number: 6 }), delta({ entries: [aliceEntry] })], good),
  'a delta without a number': issued([complete(), listOf(issuing, { number: null, base: 5, entries: [aliceEntry] })], good),
  'a delta without a number, and that is accepted': issued([complete(), listOf(issuing, { number: null, base: 5, entries: [aliceEntry] })], good, { options: { whenNotConforming: 'accept' } }),
  'a delta to a list without a number': issued([listOf(issuing, { number: null }), delta({ entries: [aliceEntry] })], good, { options: { whenNotConforming: 'accept' } }),
  'a delta of another scope': issued([complete(), delta({ entries: [aliceEntry], extensions: [scope({ onlyUsers: true })] })], good),
  'a delta of the same scope': issued([complete({ extensions: [scope({ onlyUsers: true })] }), delta({ entries: [aliceEntry], extensions: [scope({ onlyUsers: true })] })], revoked),
  'a delta of another key identifier': issued([complete(), delta({ entries: [aliceEntry], extensions: [authorityKeyIdentifierExtension(Buffer.from('another'))] })], good),
  'a delta of another key': issued([complete(), listOf(authority('Issuing'), { number: 6, base: 5, entries: [aliceEntry] })], good),
  'a delta of another key that says it is this one': issued([complete(), listOf(authority('Issuing'), { number: 6, base: 5, entries: [aliceEntry], extensions: [authorityKeyIdentifierExtension(issuing.certificate.subjectKeyIdentifier!)] })], good, {
    openssl: 'OpenSSL ends there; here the complete list, which is current, counts alone'
  }),
  'a delta with an unknown critical extension': issued([complete(), delta({ entries: [aliceEntry], extensions: [unheeded(true)] })], good, { openssl: 'OpenSSL ends there; here the complete list, which is current, counts alone' }),
  'a delta of tomorrow': issued([complete(), delta({ entries: [aliceEntry], thisUpdate: tomorrow, nextUpdate: nextWeek })], good, { openssl: 'OpenSSL does not look when a delta begins' }),
  'a delta that is over': issued([complete(), delta({ thisUpdate: lastWeek, nextUpdate: yesterday })], good),
  'a delta that is over, and revokes': issued([complete(), delta({ thisUpdate: lastWeek, nextUpdate: yesterday, entries: [aliceEntry] })], revoked),
  'a delta that is over, and takes a hold back': issued([complete({ entries: [held] }), delta({ thisUpdate: lastWeek, nextUpdate: yesterday, entries: [removed] })], revokedFor('certificateHold'), { openssl: 'OpenSSL takes a hold back also by a delta that is over' }),
  'a list that is over, with a delta that is not': issued([complete({ thisUpdate: lastWeek, nextUpdate: yesterday }), delta()], good),
  'a list that is over, with a delta that is over': issued([complete({ thisUpdate: lastWeek, nextUpdate: new Date(yesterday.getTime() - hour) }), delta({ thisUpdate: lastWeek, nextUpdate: yesterday })],
    issuingList(`is over since ${yesterday.toISOString()}`, '5 ')),

  'an indirect list': clerkCases([clerkList()], good),
  'an indirect list that revokes': clerkCases([clerkList([entryFor(byClerk.certificate, { certificateIssuer: nameOf('Issuing') })])], revoked),
  'an indirect list that revokes by an issuer named before': clerkCases([
    clerkList([entryFor(alice.certificate), entryFor(alice.certificate, { certificateIssuer: nameOf('Issuing') }), entryFor(byClerk.certificate)])
  ], revoked),
  'an indirect list that revokes a number of another issuer': clerkCases([clerkList([entryFor(byClerk.certificate, { certificateIssuer: nameOf('Other') })])], good),
  'an indirect list that revokes a number of its own': clerkCases([clerkList([entryFor(byClerk.certificate)])], good),
  'an indirect list that does not say that it is': clerkCases([clerkList([], { extensions: [atClerk({ indirect: false })] })], silent()),
  'an indirect list without a scope': clerkCases([clerkList([], { extensions: [] })], silent()),
  'an indirect list without a place': clerkCases([clerkList([], { extensions: [scope({ indirect: true })] })], good),
  'an indirect list, of which the certificate does not say': issued([clerkList()], silent(), { certificates: [clerk.certificate] }),
  'an indirect list of an issuer that is not named': clerkCases([listOf(listSigner('Other clerk', root), { extensions: [atClerk()] })], silent()),
  'an indirect list, and the direct one is there too': clerkCases([listOf(issuing)], good),
  'an indirect list of the CA itself': issued([listOf(issuing, { extensions: [scope({ indirect: true })], entries: [entryFor(alice.certificate, { certificateIssuer: nameOf('Other') })] })], good),
  'an indirect list at the name of its issuer': placed(client(issuing, { extensions: [points({ issuer: [nameOf('Clerk')] })] }), [listOf(clerk, { extensions: [scope({ names: [nameOf('Clerk')], indirect: true })] })], good, {
    certificates: [clerk.certificate]
  }),
  'an indirect list below the name of its issuer': placed(client(issuing, { extensions: [points({ relative: 'Lists', issuer: [nameOf('Clerk')] })] }), [listOf(clerk, { extensions: [scope({ relative: 'Lists', indirect: true })] })], good, {
    certificates: [clerk.certificate]
  }),
  'an indirect list of an issuer that is named by a URL alone': placed(client(issuing, { extensions: [points({ names: ['http://clerk/'], issuer: ['http://clerk/'] })] }), [clerkList()], silent(), { certificates: [clerk.certificate] }),
  'an indirect list of nobody': placed(client(issuing, { extensions: [points({ names: ['http://clerk/'], issuer: [emptyName] })] }), [listOf(clerk, { issuerName: emptyName, extensions: [atClerk()] })],
    unknown(0, `the certificate list 1 of (empty name) ${nobody}`), { certificates: [clerk.certificate] }),
  'an indirect list of the root': placed(client(issuing, { extensions: [points({ names: ['http://root/'], issuer: [nameOf('Root')] })] }), [listOf(root, { extensions: [scope({ names: ['http://root/'], indirect: true })] })], good),

  'another key of the CA': issued([listOf(separate)], good, { certificates: [separate.certificate] }),
  'another key of the CA, and revoked by it': issued([listOf(separate, { entries: [aliceEntry] })], revoked, { certificates: [separate.certificate] }),
  'another key of the CA, which the list names': issued([listOf(separate)], good, {
    certificates: [...Array.from({ length: 9 }, () => listSigner('Issuing', authority('Stranger')).certificate), separate.certificate],
    openssl: 'OpenSSL tries the first of the name alone'
  }),
  'another key of the CA, among too many': issued([listOf(separate, { extensions: [authorityKeyIdentifierExtension(Buffer.from('nobody'))] })], issuingList('may be signed by a certificate that has no good path: more than 8 certificates have the name of the issuer of a list'), {
    certificates: [...Array.from({ length: 8 }, () => listSigner('Issuing', authority('Stranger')).certificate), separate.certificate]
  }),
  'another key of the CA that did not sign': issued([listOf(authority('Issuing', { issuer: stranger }))], issuingList(nobody), { certificates: [separate.certificate] }),
  'another key of the CA that is revoked': {
    path,
    lists: [listOf(root, { entries: [entryFor(separate.certificate)] }), listOf(separate)],
    certificates: [separate.certificate],
    verdict: issuingList(`is signed by a certificate that is not good itself: the certificate was revoked at ${lastWeek.toISOString()}`)
  },
  'another key of the CA that is revoked, for the leaf alone': {
    path, lists: [listOf(root, { entries: [entryFor(separate.certificate)] }), listOf(separate)], certificates: [separate.certificate], options: { depth: 'end-entity' }, verdict: good
  },
  'another key of the CA that is not for lists': issued([listOf({ ...separate })], issuingList(nobody), {
    certificates: [mint({ subject: 'Issuing', issuer: root, ...period, keys, extensions: [basicConstraints(false), keyUsage('digitalSignature')] }).certificate]
  }),
  'another key of the CA whose certificate is over': issued([listOf(separate)],
    issuingList(`may be signed by a certificate that has no good path: the certificate expired at ${yesterday.toISOString()} (certificate 0: CN=Issuing)`), {
      certificates: [listSigner('Issuing', root, { keys, notAfter: yesterday }).certificate]
    }),
  'another key of the CA whose certificate ends before the list': issued([listOf(separate)], `good until ${new Date(now.getTime() + hour).toISOString()}`, {
    certificates: [listSigner('Issuing', root, { keys, notAfter: new Date(now.getTime() + hour) }).certificate]
  }),
  'another key of the CA below another anchor': issued([listOf(separate)],
    issuingList('may be signed by a certificate that has no good path: the signature is not by the key of the issuer (certificate 0: CN=Issuing)'), {
      certificates: [listSigner('Issuing', stranger, { keys }).certificate]
    }),
  'another key of the CA, certified by the CA': (() => {
    const own = listSigner('Issuing', issuing, { extensions: [basicConstraints(false), keyUsage('cRLSign'), points({ names: ['http://own/'] })] })
    const ofOwn = listOf(issuing, { extensions: [scope({ names: ['http://own/'] })], nextUpdate: nextWeek })
    return issued([listOf(own), ofOwn], good, { certificates: [own.certificate] })
  })(),
  'another key of the CA, of which only its own list tells': (() => {
    const own = listSigner('Issuing', issuing)
    const circle = 'is signed by a certificate that is not good itself: whether the certificate is revoked is not known: '
    return issued([listOf(own)], issuingList(`${circle}the certificate list 1 of CN=Issuing ${circle}only a list that it signed itself tells of it`), { certificates: [own.certificate] })
  })(),
  'another key of the CA, of which only its own list tells, and what is not known is accepted': (() => {
    const own = listSigner('Issuing', issuing)
    return issued([listOf(own)], good, { certificates: [own.certificate], options: { whenUnknown: 'accept' }, openssl: lenient })
  })(),
  'a clerk who is to tell of himself': (() => {
    const self = listSigner('Self', root, { extensions: [basicConstraints(false), keyUsage('cRLSign'), points({ names: ['http://self/'], issuer: [nameOf('Self')] })] })
    const leaf = client(issuing, { extensions: [points({ names: ['http://self/'], issuer: ['http://self/', nameOf('Self')] })] })
    const lists = [listOf(root, { extensions: [scope({ onlyAuthorities: true })] }), listOf(self, { extensions: [scope({ names: ['http://self/'], indirect: true })] })]
    const openssl = 'OpenSSL ends the circle with an error; test 4.14.30 of the Public Key Interoperability Test Suite of NIST wants it to be good'
    return { path: pathOf(leaf, issuing), lists, certificates: [self.certificate], verdict: good, openssl }
  })(),
  'a clerk who is to tell of himself, and has revoked himself': (() => {
    const self = listSigner('Self', root, { extensions: [basicConstraints(false), keyUsage('cRLSign'), points({ names: ['http://self/'], issuer: [nameOf('Self')] })] })
    const leaf = client(issuing, { extensions: [points({ names: ['http://self/'], issuer: [nameOf('Self')] })] })
    const list = listOf(self, { entries: [entryFor(self.certificate, { certificateIssuer: nameOf('Root') })], extensions: [scope({ names: ['http://self/'], indirect: true })] })
    return placed(leaf, [list], unknown(0, `the certificate list 1 of CN=Self is signed by a certificate that is not good itself: the certificate was revoked at ${lastWeek.toISOString()}`), { certificates: [self.certificate], openssl: heard })
  })(),
  'a clerk below an intermediate of his own': (() => {
    const office = authority('Office', { issuer: root })
    const far = listSigner('Clerk', office)
    const soon = new Date(now.getTime() + hour)
    return clerkCases([listOf(far, { extensions: [atClerk()] }), listOf(office, { nextUpdate: soon })], `good until ${soon.toISOString()}`, { certificates: [far.certificate, office.certificate] })
  })(),
  'a clerk below an intermediate that is revoked': (() => {
    const office = authority('Office', { issuer: root })
    const far = listSigner('Clerk', office)
    return {
      path: pathOf(byClerk, issuing),
      lists: [listOf(root, { entries: [entryFor(office.certificate)] }), listOf(far, { extensions: [atClerk()] }), listOf(office)],
      certificates: [far.certificate, office.certificate],
      verdict: unknown(0, `the certificate list 1 of CN=Clerk is signed by a certificate that is not good itself: the certificate was revoked at ${lastWeek.toISOString()}`)
    }
  })(),
  'two places that one clerk signs': (() => {
    const leaf = client(issuing, { extensions: [points({ names: ['http://one/'], issuer: [nameOf('Clerk')], reasons: [1, 2, 3, 4] }, { names: ['http://two/'], issuer: [nameOf('Clerk')], reasons: [5, 6, 7, 8] })] })
    const at = (name: string) => clerkList([], { extensions: [scope({ names: [name], indirect: true })] })
    return placed(leaf, [at('http://one/'), at('http://two/')], good, { certificates: [clerk.certificate] })
  })()
}
