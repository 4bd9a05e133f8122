import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { nameConstraintsExtension, parseDistinguishedName, type AttributeText, type Extension } from '../../lib/certificate/index.js'
import { write, writeObjectIdentifier, writeSequence } from '../../lib/certificate/der-writer.js'
import { verifyCertificationPath } from '../../lib/trust/index.js'
import { basicConstraints, keyUsage, mintAuthority, mintClient, type Minted, type MintOptions } from '../helpers/mint.js'
import { parts, vectorsFolder } from '../helpers/parts.js'
import { emptyName, extension, judge, refusal } from './scene.js'

const code = 'ERR_CERTIFICATION_PATH_NAME_CONSTRAINTS'
const caExtensions = [basicConstraints(true), keyUsage('keyCertSign')]
const root = mintAuthority({ subject: 'Root' })

/** The DER of a GeneralName, which in a constraint is the base of a subtree. */
type Name = Buffer
const text = (tag: number) => (value: string): Name => write(tag, Buffer.from(value, 'latin1'))
const [email, dns, uri] = [text(0x81), text(0x82), text(0x86)]
const ip = (...octets: number[]): Name => write(0x87, Buffer.from(octets))
const directory = (name: string): Name => write(0xa4, parseDistinguishedName(name).raw)
const registered = (type: string): Name => write(0x88, writeObjectIdentifier(type).subarray(2))
const other = (type: string, value: Buffer): Name => write(0xa0, writeObjectIdentifier(type), write(0xa0, value))
const utf8Mailbox = (value: string) => other('1.3.6.1.5.5.7.8.9', write(0x0c, Buffer.from(value)))
const party = write(0xa5, write(0xa1, write(0x0c, Buffer.from('party'))))
const x400 = write(0xa3, writeSequence())

const constraints = (permitted: readonly Name[], excluded: readonly Name[] = []): Extension => extension('2.5.29.30', writeSequence(
  ...(permitted.length > 0 ? [write(0xa0, ...permitted.map((base) => writeSequence(base)))] : []),
  ...(excluded.length > 0 ? [write(0xa1, ...excluded.map((base) => writeSequence(base)))] : [])
))

const names = (...several: readonly Name[]): Extension => extension('2.5.29.17', writeSequence(...several), true)

const constrained = (permitted: readonly Name[], excluded: readonly Name[] = [], options: MintOptions = {}) =>
  mintAuthority({ subject: 'CA', issuer: root, extensions: [...caExtensions, constraints(permitted, excluded)], ...options })

const clientOf = (issuer: Minted, several: readonly Name[], subject: MintOptions['subject'] = emptyName) =>
  mintClient(issuer, { subject, extensions: [basicConstraints(false), ...(several.length > 0 ? [names(...several)] : [])] }).certificate

/** Whether a client with this one name is good below a CA. */
function isGood (issuer: Minted, ...several: readonly Name[]): boolean {
  const parameters = [clientOf(issuer, several), [root.certificate], [issuer.certificate], { whenNotConforming: 'accept' }] as const
  try {
    return judge(...parameters).certificates.length === 3
  } catch {
    if (refusal(...parameters)[0] !== code) throw new Error(refusal(...parameters).join(' '))
    return false
  }
}

interface Table {
  readonly base: Name
  readonly within: readonly Name[]
  readonly outside: readonly Name[]
  /** Not within, and not outside either: neither a permitting nor an excluding CA lets them be. */
  readonly neither?: readonly Name[]
}

const tables: Record<string, Table> = {
  'a dNSName: itself, and with labels added': {
    base: dns('Example.com'),
    within: ['example.com', 'EXAMPLE.COM', 'a.example.com', 'a.b.example.com', '*.example.com', '*.a.example.com', 'my_host.example.com'].map(dns),
    outside: ['example.org', 'notexample.com', 'com', 'example.com.org', '*.org'].map(dns),
    neither: ['.example.com', 'example.com.', 'a..example.com', '', ' ', 'a.*.example.com', 'f*.example.com', '*', `${'a'.repeat(64)}.example.com`, `${'a.'.repeat(127)}example.com`, '-a.example.com', 'ex ample.com'].map(dns)
  },
  'a dNSName below which a pattern reaches: all of it is not within, and some is': {
    base: dns('a.example.com'),
    within: ['a.example.com', '*.a.example.com'].map(dns),
    outside: ['b.example.com', 'example.com', '*.b.example.com', '*.com'].map(dns),
    neither: ['*.example.com'].map(dns)
  },
  'an empty dNSName: all there are': { base: dns(''), within: ['example.com', '*.example.org'].map(dns), outside: [], neither: [dns('.')] },
  'a mailbox': {
    base: email('joe@example.com'),
    within: ['joe@example.com', 'joe@EXAMPLE.com', '"joe"@example.com', '"j\\oe"@example.com'].map(email),
    outside: ['Joe@example.com', 'jane@example.com', 'joe@a.example.com', 'joe@example.org', '"joe@x"@example.com', '" "@example.com'].map(email),
    neither: ['joe', '@example.com', 'joe@', 'joe@x@example.com', 'joe@example.com@', 'joe@[192.0.2.1]', '.joe@example.com', 'j..oe@example.com', '"joe@example.com', 'joe@example.com.', 'joe @example.com'].map(email)
  },
  'a mailbox with quotation marks': { base: email('"a@b"@example.com'), within: [email('"a@b"@example.com'), email('"a\\@b"@example.com')], outside: [email('"a"@example.com')] },
  'all mailboxes of a host': {
    base: email('Example.com'),
    within: ['joe@example.com', '"a b"@Example.COM'].map(email),
    outside: ['joe@a.example.com', 'joe@notexample.com', 'example.com@example.org'].map(email)
  },
  'all mailboxes in a domain, its own host aside': {
    base: email('.example.com'),
    within: ['joe@a.example.com', 'joe@a.b.EXAMPLE.com'].map(email),
    outside: ['joe@example.com', 'joe@anexample.com', 'joe@example.org'].map(email)
  },
  'a mailbox beyond ASCII, by the constraints of others': {
    base: email('example.com'),
    within: [utf8Mailbox('jö@example.com'), utf8Mailbox('joe@example.com')],
    outside: [utf8Mailbox('jö@example.org')],
    neither: [utf8Mailbox('jö@exämple.com'), utf8Mailbox('jö')]
  },
  'the host of a URI': {
    base: uri('Example.com'),
    within: ['https://example.com', 'https://example.com/a', 'HTTP://EXAMPLE.COM:8080/', 'spiffe://example.com/a@b', 'https://user:word@example.com/', 'https://example.com?@example.org', 'ldap://example.com./x', 'https://example.com#'].map(uri),
    outside: ['https://a.example.com/', 'https://example.org/example.com', 'https://example.com@example.org/', 'https://notexample.com'].map(uri),
    neither: [
      'urn:a:b', 'mailto:joe@example.com', 'example.com', '//example.com', 'https:///a', 'file:///example.com', 'https://192.0.2.1/', 'https://[2001:db8::1]/', 'https://example.com\\@example.org/',
      'https://a@b@example.com/', 'https://127.1/', 'https://a.0x7f/', 'https://exam%70le.com/', 'https://example.com:a/', 'https://*.example.com/', ''
    ].map(uri)
  },
  'all hosts of URIs in a domain, its own host aside': {
    base: uri('.example.com'),
    within: ['https://a.example.com/', 'https://a.b.example.com:1'].map(uri),
    outside: ['https://example.com/', 'https://anexample.com/'].map(uri)
  },
  'addresses of IPv4': {
    base: ip(192, 0, 2, 0, 255, 255, 254, 0),
    within: [ip(192, 0, 2, 1), ip(192, 0, 3, 255)],
    outside: [ip(192, 0, 4, 0), ip(191, 0, 2, 1), ip(...new Array<number>(12).fill(0), 192, 0, 2, 1)]
  },
  'addresses of IPv6': {
    base: ip(0x20, 1, 0xd, 0xb8, ...new Array<number>(12).fill(0), ...new Array<number>(4).fill(255), ...new Array<number>(12).fill(0)),
    within: [ip(0x20, 1, 0xd, 0xb8, ...new Array<number>(12).fill(7))],
    outside: [ip(0x20, 1, 0xd, 0xb9, ...new Array<number>(12).fill(7)), ip(0x20, 1, 0xd, 0xb8)]
  },
  'a directory name: what begins with it': {
    base: directory('O=Example,C=DE'),
    within: ['O=Example,C=DE', 'CN=a,O=Example,C=DE', 'CN=a,OU=x,O=EXAMPLE,C=de', 'CN=a+OU=x,O= example ,C=DE'].map(directory),
    outside: ['C=DE', 'O=Example,C=DE,L=x', 'O=Examples,C=DE', 'O=Example+OU=x,C=DE', 'CN=a', 'O=Example,ST=DE', 'C=DE,O=Example'].map(directory)
  },
  'an empty directory name: all there are': { base: directory(''), within: ['CN=a', 'O=Example,C=DE'].map(directory), outside: [] }
}

for (const [name, { base, within, outside, neither = [] }] of Object.entries(tables)) {
  t.test(name, async (t) => {
    const [permitting, excluding] = [constrained([base]), constrained([], [base])]
    const shown = (each: Name) => each.toString('latin1').replace(/[^\x20-\x7e]/g, '.')
    for (const each of within) t.strictSame([isGood(permitting, each), isGood(excluding, each)], [true, false], `within: ${shown(each)}`)
    for (const each of outside) t.strictSame([isGood(permitting, each), isGood(excluding, each)], [false, true], `outside: ${shown(each)}`)
    for (const each of neither) t.strictSame([isGood(permitting, each), isGood(excluding, each)], [false, false], `neither: ${shown(each)}`)
  })
}

t.test('a constraint that cannot be read refuses the names of its form, and no others', async (t) => {
  const cases: Array<[name: string, base: Name, hit: Name, missed: Name]> = [
    ['a pattern', dns('*.example.com'), dns('a.example.com'), email('joe@example.com')],
    ['a dNSName with a leading period', dns('.example.com'), dns('a.example.com'), email('joe@example.com')],
    ['two at signs', email('a@b@example.com'), email('a@example.com'), dns('example.com')],
    ['an empty mailbox', email(''), email('a@example.com'), dns('example.com')],
    ['a whole URI', uri('https://example.com'), uri('https://example.com'), dns('example.com')],
    ['a mask that is no prefix', ip(192, 0, 2, 0, 255, 0, 255, 0), ip(192, 0, 2, 1), dns('example.com')],
    ['a registeredID', registered('1.2.3'), registered('1.2.3.4'), dns('example.com')],
    ['an ediPartyName', party, party, dns('example.com')],
    ['an x400Address', x400, x400, dns('example.com')],
    ['an otherName', other('1.2.3', write(0x0c)), other('1.2.3', write(0x0c)), other('1.2.4', write(0x0c))]
  ]
  for (const [name, base, hit, missed] of cases) {
    for (const issuer of [constrained([base]), constrained([], [base])]) {
      t.equal(isGood(issuer, hit), false, name)
      t.equal(isGood(issuer, missed), true, `${name}: another form`)
    }
  }
})

t.test('the refusal tells the name, the certificate, and who constrains it', async (t) => {
  const issuer = constrained([dns('example.com'), dns('example.net')], [dns('a.example.com')])
  const told = (...several: Name[]) => refusal(clientOf(issuer, several, 'client'), [root.certificate], [issuer.certificate])
  t.strictSame(told(dns('example.com'), dns('example.org')), [code, 'the dNSName example.org is not among those that are permitted by CN=CA (certificate 0: CN=client)'])
  t.strictSame(told(dns('a.example.com')), [code, 'the dNSName a.example.com is excluded by CN=CA (certificate 0: CN=client)'])
  const odd = constrained([], [registered('1.2.3')])
  t.strictSame(refusal(clientOf(odd, [registered('1.2.4')], 'client'), [root.certificate], [odd.certificate]),
    [code, 'the registeredID 1.2.4 cannot be held against the name constraints of CN=CA (certificate 0: CN=client)'])
  const party1 = constrained([], [party])
  t.strictSame(refusal(clientOf(party1, [party], 'client'), [root.certificate], [party1.certificate]),
    [code, 'the ediPartyName  cannot be held against the name constraints of CN=CA (certificate 0: CN=client)'])
})

t.test('who has no name of a form is not constrained by it', async (t) => {
  const issuer = constrained([dns('example.com')], [email('example.org')])
  t.ok(isGood(issuer, ip(192, 0, 2, 1)))
  t.ok(isGood(issuer, uri('https://example.org/')))
})

t.test('the subject is a directory name, too', async (t) => {
  const within = (issuer: Minted, subject: ReadonlyArray<AttributeText>, ...several: Name[]) => () => judge(clientOf(issuer, several, subject), [root.certificate], [issuer.certificate])
  const permitting = constrained([directory('O=Example')])
  t.doesNotThrow(within(permitting, [['organizationName', 'Example'], ['commonName', 'a']]))
  t.throws(within(permitting, [['organizationName', 'Other'], ['commonName', 'a']], directory('O=Example')), { code, message: 'the directoryName CN=a,O=Other is not among those that are permitted by CN=CA (certificate 0: CN=a,O=Other)' })
  t.throws(within(permitting, [['organizationName', 'Example']], directory('O=Other')), { code })
  t.throws(within(constrained([], [directory('O=Example')]), [['organizationName', 'Example'], ['commonName', 'a']]), { code })
  t.ok(isGood(permitting, dns('example.com')), 'an empty one is none')
})

t.test('every e-mail address of the subject is constrained, whatever the subjectAltName says', async (t) => {
  const issuer = constrained([email('example.com')])
  const subject = (...addresses: string[]): AttributeText[] => addresses.map((address) => ['emailAddress', address])
  const verdict = (leaf: ReturnType<typeof clientOf>) => () => judge(leaf, [root.certificate], [issuer.certificate])
  const message = /^the rfc822Name joe@example\.org is not among those that are permitted by CN=CA/
  t.doesNotThrow(verdict(clientOf(issuer, [], subject('joe@example.com'))))
  t.throws(verdict(clientOf(issuer, [], subject('joe@example.org'))), { code, message })
  t.throws(verdict(clientOf(issuer, [], subject('joe@example.com', 'joe@example.org'))), { code, message }, 'each of several')
  t.throws(verdict(clientOf(issuer, [dns('example.com')], subject('joe@example.org'))), { code, message }, 'beside names of other forms')
  t.throws(verdict(clientOf(issuer, [email('joe@example.com')], subject('joe@example.org'))), { code, message }, 'beside an rfc822Name')
  t.throws(verdict(clientOf(issuer, [], subject('joe'))), { code, message: /^the rfc822Name joe cannot be held against/ }, 'one that is not a mailbox')
  const lower = mintAuthority({ subject: subject('ca@example.org'), issuer, extensions: [...caExtensions, names(email('ca@example.com'))] })
  t.throws(() => judge(clientOf(lower, [email('joe@example.com')]), [root.certificate], [lower.certificate, issuer.certificate]), { code, depth: 1 }, 'of an intermediate, too')
})

t.test('a commonName that looks like a host, an address or a mailbox is constrained as such', async (t) => {
  const issuer = constrained([dns('example.com'), email('example.com'), ip(192, 0, 2, 0, 255, 255, 255, 0)])
  const refused = (...commonNames: string[]) => {
    const leaf = clientOf(issuer, [dns('a.example.com'), email('joe@example.com')], commonNames.map((value) => ['commonName', value]))
    return refusal(leaf, [root.certificate], [issuer.certificate])[1].split(' (certificate 0')[0]
  }
  const good = (commonName: string, below = issuer) =>
    judge(clientOf(below, [dns('a.example.com')], commonName), [root.certificate], [below.certificate]).certificates.length === 3
  const notPermitted = (name: string) => `the commonName ${name} is not among those that are permitted by CN=CA`
  for (const name of ['admin.example.org', 'ADMIN.example.org', '*.example.org', 'a_b.example.org', '10.0.0.1', 'admin@example.org']) t.equal(refused(name), notPermitted(name))
  t.equal(refused('b.example.com', 'b.example.org'), notPermitted('b.example.org'), 'each of several')
  t.equal(refused('admin.example.org.'), 'the commonName admin.example.org. cannot be held against the name constraints of CN=CA')
  for (const name of ['a.example.com', 'A.EXAMPLE.COM', 'admin', 'Dr. Joe Doe', 'joe@example.com', 'localhost', 'v1.2 of it']) t.ok(good(name), name)
  const addresses = constrained([ip(0x20, 1, 0xd, 0xb8, ...new Array(12).fill(0), ...new Array(4).fill(255), ...new Array(12).fill(0))])
  t.ok(good('2001:db8::1', addresses))
  t.throws(() => good('2001:db9::1', addresses), { code, message: /^the commonName 2001:db9::1 is not among those that are permitted by CN=CA/ })
  t.ok(good('admin.example.org', constrained([email('example.com')])), 'only by the forms that are constrained')
})

t.test('the commonName of an intermediate is not a host', async (t) => {
  const upper = constrained([dns('example.com')])
  const lower = mintAuthority({ subject: 'ca.example.org', issuer: upper, extensions: caExtensions })
  t.equal(judge(clientOf(lower, [dns('example.com')], 'client'), [root.certificate], [lower.certificate, upper.certificate]).certificates.length, 4)
  t.throws(() => judge(lower.certificate, [root.certificate], [upper.certificate], { purpose: 'any' }), { code, depth: 0 }, 'but as a leaf it is')
})

t.test('the constraint of OpenSSL\'s ncca1 keeps a mailbox in the subject out', { skip: parts.missing('vectors') }, async (t) => {
  const [leaf, ca] = ['12-badalt3-cert.pem', '12-ncca1-cert.pem'].map((file) => readFileSync(join(vectorsFolder, 'field', file), 'utf8'))
  const verdict = (whenNotConforming: 'accept' | 'reject') => () => verifyCertificationPath({
    certificate: leaf, trustAnchors: [ca], partialPath: true, at: new Date('2026-06-01T00:00:00Z'), purpose: 'any', whenNotConforming
  })
  for (const choice of ['accept', 'reject'] as const) t.throws(verdict(choice), { code, depth: 0, message: /^the rfc822Name .* is not among those that are permitted by / })
})

t.test('of all CAs of a path, each has to permit', async (t) => {
  const upper = constrained([dns('example.com'), dns('example.net')], [], { subject: 'Upper' })
  const narrower = mintAuthority({ subject: 'Lower', issuer: upper, extensions: [...caExtensions, constraints([dns('a.example.com')])] })
  const wider = mintAuthority({ subject: 'Lower', issuer: upper, extensions: [...caExtensions, constraints([dns('com'), dns('org')])] })
  const verdict = (issuer: Minted, name: Name) => () => judge(clientOf(issuer, [name], 'client'), [root.certificate], [issuer.certificate, upper.certificate])
  t.doesNotThrow(verdict(narrower, dns('b.a.example.com')))
  t.throws(verdict(narrower, dns('b.example.com')), { code, message: /permitted by CN=Lower/ })
  t.throws(verdict(narrower, dns('example.net')), { code, message: /permitted by CN=Lower/ })
  t.doesNotThrow(verdict(wider, dns('example.com')))
  t.throws(verdict(wider, dns('example.org')), { code, message: /permitted by CN=Upper/ }, 'a CA below cannot widen')
})

t.test('an intermediate is constrained as the leaf is, unless it issued itself', async (t) => {
  const named = (subject: string, issuer: Minted, name: Name) => mintAuthority({ subject, issuer, extensions: [...caExtensions, names(name)] })
  const upper = constrained([dns('example.com')])
  const verdict = (issuer: Minted) => () => judge(clientOf(issuer, [dns('example.com')], 'client'), [root.certificate], [issuer.certificate, upper.certificate])
  t.doesNotThrow(verdict(named('Lower', upper, dns('example.com'))))
  t.throws(verdict(named('Lower', upper, dns('example.org'))), { code, depth: 1, message: 'the dNSName example.org is not among those that are permitted by CN=CA (certificate 1: CN=Lower)' })
  t.doesNotThrow(verdict(named('CA', upper, dns('example.org'))), 'self-issued')
  const leaf = mintClient(upper, { subject: 'CA', extensions: [names(dns('example.org'))] }).certificate
  t.throws(() => judge(leaf, [root.certificate], [upper.certificate]), { code, depth: 0 }, 'but not the leaf')
})

t.test('those of a trust anchor count, critical or not, and those of a leaf that is no CA refuse', async (t) => {
  const extensions = (critical: boolean) => [...caExtensions, { ...constraints([dns('example.com')]), critical }]
  for (const critical of [true, false]) {
    const anchor = mintAuthority({ subject: 'Anchor', extensions: extensions(critical) })
    t.equal(judge(clientOf(anchor, [dns('example.com')]), [anchor.certificate]).certificates.length, 2)
    t.strictSame(refusal(clientOf(anchor, [dns('example.org')]), [anchor.certificate]),
      [code, 'the dNSName example.org is not among those that are permitted by CN=Anchor (certificate 0: empty subject)'])
    const { certificate } = mintClient(root, { extensions: [{ ...constraints([dns('example.com')]), critical }] })
    t.strictSame(refusal(certificate, [root.certificate]), ['ERR_CERTIFICATION_PATH_MALFORMED', 'the certificate has name constraints, but is not of a CA (certificate 0: CN=client)'])
  }
  const ca = mintAuthority({ subject: 'CA', issuer: root, extensions: [basicConstraints(true), constraints([dns('example.com')])] })
  t.equal(judge(ca.certificate, [root.certificate]).certificates.length, 2, 'a CA may be a leaf')
})

t.test('a path that breaks them is backed out of', async (t) => {
  const upper = constrained([], [dns('example.com')])
  const lower = mintAuthority({ subject: 'Lower', issuer: upper })
  const direct = mintAuthority({ subject: 'Lower', issuer: root, keys: { publicKey: lower.publicKey, privateKey: lower.privateKey } })
  const leaf = clientOf(lower, [dns('example.com')])
  t.equal(refusal(leaf, [root.certificate], [lower.certificate, upper.certificate])[0], code)
  for (const intermediates of [[lower, upper, direct], [direct, upper, lower]]) {
    t.equal(judge(leaf, [root.certificate], intermediates.map((each) => each.certificate)).certificates.length, 3)
  }
})

t.test('what the writer of constraints writes is understood', async (t) => {
  const written = nameConstraintsExtension({ permitted: [{ type: 'dNSName', value: 'example.com' }, { type: 'iPAddress', value: '192.0.2.0/24' }], excluded: [{ type: 'rfc822Name', value: 'example.org' }] })
  const issuer = mintAuthority({ subject: 'CA', issuer: root, extensions: [...caExtensions, written] })
  t.ok(isGood(issuer, dns('a.example.com'), ip(192, 0, 2, 7), email('joe@example.com')))
  t.notOk(isGood(issuer, ip(192, 0, 3, 7)))
  t.notOk(isGood(issuer, email('joe@example.org')))
})

t.test('no more than 250,000 names are compared', async (t) => {
  const many = (count: number, domain: string) => Array.from({ length: count }, (_, number) => dns(`${number}.${domain}`))
  const issuer = constrained(many(600, 'example.com'), [])
  const before = process.cpuUsage()
  t.equal(judge(clientOf(issuer, many(400, 'example.com'), 'client'), [root.certificate], [issuer.certificate]).certificates.length, 3)
  t.strictSame(refusal(clientOf(issuer, many(500, 'example.com'), 'client'), [root.certificate], [issuer.certificate]),
    ['ERR_CERTIFICATION_PATH_LIMIT', 'no path was found within 250000 comparisons of names (certificate 0: CN=client)'])
  const { user, system } = process.cpuUsage(before)
  t.comment(`both: ${(user + system) / 1000} ms of CPU`)
})
