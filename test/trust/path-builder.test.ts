import crypto, { generateKeyPairSync } from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import fc from 'fast-check'
import t from 'tap'
import { writeDistinguishedName, type Certificate } from '../../lib/certificate/index.js'
import { CertificationPathError } from '../../lib/errors.js'
import { basicConstraints, keyUsage, mint, mintAuthority, mintClient, newKeys, type Minted } from '../helpers/mint.js'
import { twinOf, withSignature } from '../helpers/twin.js'
import { emptyName, judge, keyIdentifier, nameIn, refusal, subjects } from './scene.js'

const caExtensions = [basicConstraints(true), keyUsage('keyCertSign')]
const root = mintAuthority({ subject: 'Root' })
const forged = 'the signature is not by the key of the issuer'

const pathOf = (...parameters: Parameters<typeof judge>) => subjects(judge(...parameters).certificates)

/** Another certificate for the same name and key, by another issuer. */
const crossSigned = ({ certificate, publicKey, privateKey }: Minted, issuer: Minted, options: Parameters<typeof mintAuthority>[0] = {}) =>
  mintAuthority({ subject: certificate.subject.raw, keys: { publicKey, privateKey }, issuer, ...options }).certificate

t.test('a path leads from the leaf to an anchor, through as many as it needs', async (t) => {
  const one = mintAuthority({ subject: 'One', issuer: root })
  const two = mintAuthority({ subject: 'Two', issuer: one })
  const leaf = mintClient(two).certificate
  const stranger = mintAuthority({ subject: 'Stranger' }).certificate
  t.strictSame(pathOf(mintClient(root).certificate, [root.certificate]), ['client', 'Root'])
  t.strictSame(pathOf(leaf, [stranger, root.certificate], [one.certificate, stranger, two.certificate]), ['client', 'Two', 'One', 'Root'], 'in any order')
  t.strictSame(refusal(leaf, [root.certificate], [one.certificate]),
    ['ERR_CERTIFICATION_PATH_NO_ISSUER', 'no certificate of its issuer CN=Two is known (certificate 0: CN=client)'])
  t.strictSame(refusal(leaf, [root.certificate], [two.certificate]),
    ['ERR_CERTIFICATION_PATH_NO_ISSUER', 'no certificate of its issuer CN=One is known (certificate 1: CN=Two)'])
  t.strictSame(refusal(leaf, [], [one.certificate, two.certificate]),
    ['ERR_CERTIFICATION_PATH_NO_ISSUER', 'no certificate of its issuer CN=Root is known (certificate 2: CN=One)'])
})

t.test('a root that comes along is not trusted for that', async (t) => {
  t.strictSame(refusal(mintClient(root).certificate, [mintAuthority({ subject: 'Other' }).certificate], [root.certificate]),
    ['ERR_CERTIFICATION_PATH_NO_ISSUER', 'its issuer has the same name as the certificate itself, and no trust anchor has that name (certificate 1: CN=Root)'])
  t.strictSame(pathOf(mintClient(root).certificate, [root.certificate], [root.certificate]), ['client', 'Root'], 'and does no harm')
})

t.test('names', async (t) => {
  const withName = (subject: Buffer) => mintAuthority({ subject })
  const isFound = (written: Buffer, subject: Buffer) => {
    const ca = withName(subject)
    return judge(mintClient(ca, { issuerName: written }).certificate, [ca.certificate]).certificates.length === 2
  }
  const utf8 = 0x0c
  const printable = 0x13
  t.test('are the same by the comparison of RFC 5280', async (t) => {
    t.ok(isFound(nameIn(utf8, 'The CA'), nameIn(printable, 'The CA')), 'in another string type')
    t.ok(isFound(nameIn(printable, 'THE ca'), nameIn(printable, 'The CA')), 'in another case')
    t.ok(isFound(nameIn(utf8, '  The   CA '), nameIn(printable, 'The CA')), 'with other spaces')
  })
  t.test('differ by anything else', async (t) => {
    const cases: Array<[string, Buffer]> = [
      ['another text', nameIn(utf8, 'The CAs')],
      ['no space', nameIn(utf8, 'TheCA')],
      ['another attribute', nameIn(utf8, 'The CA', '2.5.4.10')],
      ['one attribute more', writeDistinguishedName([[['organizationName', 'The CA']], [['commonName', 'The CA']]])],
      ['two in one set', writeDistinguishedName([[['organizationName', 'The CA'], ['commonName', 'The CA']]])]
    ]
    for (const [name, written] of cases) t.throws(() => isFound(written, nameIn(utf8, 'The CA')), { code: 'ERR_CERTIFICATION_PATH_NO_ISSUER' }, name)
  })
  t.test('that are empty name nobody', async (t) => {
    const nobody = withName(emptyName)
    t.strictSame(refusal(mintClient(nobody).certificate, [nobody.certificate], [nobody.certificate], { partialPath: true }),
      ['ERR_CERTIFICATION_PATH_NO_ISSUER', 'no certificate of its issuer (empty name) is known (certificate 0: CN=client)'])
  })
  t.test('alone make no path: a CA that looks alike has another key', async (t) => {
    const lookAlike = mintAuthority({ subject: 'Root' })
    const mallory = mintClient(lookAlike, { subject: 'mallory' }).certificate
    t.strictSame(refusal(mallory, [root.certificate]), ['ERR_CERTIFICATION_PATH_SIGNATURE', `${forged} (certificate 0: CN=mallory)`])
    t.strictSame(refusal(mallory, [root.certificate], [lookAlike.certificate]),
      ['ERR_CERTIFICATION_PATH_SIGNATURE', `${forged} (certificate 1: CN=Root)`])
  })
})

t.test('of several candidates', async (t) => {
  const expired = { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2021-01-01T00:00:00Z') }

  t.test('an expired cross-certificate is passed by', async (t) => {
    const other = mintAuthority({ subject: 'Other root' })
    const issuer = mintAuthority({ subject: 'Issuer', issuer: root })
    const leaf = mintClient(issuer).certificate
    const old = crossSigned(issuer, other, expired)
    const anchors = [other.certificate, root.certificate]
    t.strictSame(pathOf(leaf, anchors, [old, issuer.certificate]), ['client', 'Issuer', 'Root'])
    t.strictSame(pathOf(leaf, anchors, [issuer.certificate, old]), ['client', 'Issuer', 'Root'])
  })
  t.test('one whose own issuer fails is backed out of', async (t) => {
    const old = mintAuthority({ subject: 'Old root', ...expired })
    const issuer = mintAuthority({ subject: 'Issuer', issuer: old })
    const leaf = mintClient(issuer).certificate
    const anchors = [old.certificate, root.certificate]
    t.strictSame(pathOf(leaf, anchors, [issuer.certificate, crossSigned(issuer, root)]), ['client', 'Issuer', 'Root'])
    t.strictSame(refusal(leaf, anchors, [issuer.certificate]),
      ['ERR_CERTIFICATION_PATH_EXPIRED', 'the certificate expired at 2021-01-01T00:00:00.000Z (certificate 2: CN=Old root)'])
  })
  t.test('an intermediate does not hide the anchor of its name and key', async (t) => {
    const other = mintAuthority({ subject: 'Other root' })
    const bridge = crossSigned(root, other)
    t.strictSame(pathOf(mintClient(root).certificate, [root.certificate], [bridge]), ['client', 'Root'])
    t.strictSame(pathOf(mintClient(root).certificate, [other.certificate], [bridge]), ['client', 'Root', 'Other root'])
  })
  t.test('those of the same name are told apart by their keys', async (t) => {
    const keys = [newKeys(), newKeys(), newKeys()]
    const anchors = keys.map((each) => mintAuthority({ subject: 'Root', keys: each }))
    for (const anchor of anchors) {
      const path = judge(mintClient(anchor).certificate, anchors.map((each) => each.certificate))
      t.equal(path.trustAnchor.fingerprint256, anchor.certificate.fingerprint256)
    }
  })
  t.test('the one whose key identifier fits is tried first', async (t) => {
    const named = (subject: string) => mintAuthority({ subject: 'Root', extensions: [...caExtensions, keyIdentifier.ofSubject(subject)] })
    const silent = mintAuthority({ subject: 'Root' })
    const [right, wrong] = [named('right'), named('wrong')]
    const leaf = mintClient(right, { extensions: [keyIdentifier.ofAuthority('right')] }).certificate
    for (const anchors of [[wrong, silent, right], [right, wrong, silent], [silent, wrong, right]]) {
      t.equal(checksOf(() => judge(leaf, anchors.map((anchor) => anchor.certificate))), 1)
    }
    const toSilent = mintClient(silent, { extensions: [keyIdentifier.ofAuthority('right')] }).certificate
    t.equal(checksOf(() => judge(toSilent, [wrong, silent].map((anchor) => anchor.certificate), [], { whenNotConforming: 'accept' })), 1,
      'one without an identifier comes before one with a wrong one')
    const below = ['wrong', 'right'].map((subject) => mintAuthority({ subject: 'Below', issuer: root, extensions: [...caExtensions, keyIdentifier.ofSubject(subject)] }))
    const leafBelow = mintClient(below[1], { extensions: [keyIdentifier.ofAuthority('right')] }).certificate
    t.equal(checksOf(() => judge(leafBelow, [root.certificate], below.map((issuer) => issuer.certificate))), 2, 'also of intermediates')
  })
  t.test('a wrong key identifier is a hint and no rule', async (t) => {
    const ca = mintAuthority({ subject: 'Root', extensions: [...caExtensions, keyIdentifier.ofSubject('one')] })
    t.strictSame(pathOf(mintClient(ca, { extensions: [keyIdentifier.ofAuthority('other')] }).certificate, [ca.certificate]), ['client', 'Root'])
  })
  t.test('the failure of the longest path is told, and of the likeliest issuer', async (t) => {
    const old = mintAuthority({ subject: 'Root', extensions: [...caExtensions, keyIdentifier.ofSubject('old')], ...expired })
    const renewed = mintAuthority({ subject: 'Root', extensions: [...caExtensions, keyIdentifier.ofSubject('new')] })
    const anchors = [old.certificate, renewed.certificate]
    t.strictSame(refusal(mintClient(old, { extensions: [keyIdentifier.ofAuthority('old')] }).certificate, anchors),
      ['ERR_CERTIFICATION_PATH_EXPIRED', 'the certificate expired at 2021-01-01T00:00:00.000Z (certificate 1: CN=Root)'])
    const mallory = mintClient(mintAuthority({ subject: 'Root' }), { subject: 'mallory', extensions: [keyIdentifier.ofAuthority('new')] }).certificate
    t.strictSame(refusal(mallory, anchors), ['ERR_CERTIFICATION_PATH_SIGNATURE', `${forged} (certificate 0: CN=mallory)`])
  })
})

t.test('cycles', async (t) => {
  const [one, two] = [mintAuthority({ subject: 'One' }), mintAuthority({ subject: 'Two' })]
  const circle = [crossSigned(one, two), crossSigned(two, one)]
  const leaf = mintClient(one).certificate

  t.test('end, and lead nowhere', async (t) => {
    t.strictSame(refusal(leaf, [root.certificate], circle),
      ['ERR_CERTIFICATION_PATH_NO_ISSUER', 'no certificate of its issuer CN=One is known (certificate 2: CN=Two)'])
    t.equal(checksOf(() => t.throws(() => judge(leaf, [root.certificate], circle))), 2)
  })
  t.test('are left where there is a way out', async (t) => {
    t.strictSame(pathOf(leaf, [root.certificate], [...circle, crossSigned(two, root)]), ['client', 'One', 'Two', 'Root'])
  })
  t.test('are none where a CA has the key of another, but not its name', async (t) => {
    const renamed = mintAuthority({ subject: 'One, renamed', issuer: root, keys: { publicKey: one.publicKey, privateKey: one.privateKey } })
    t.strictSame(pathOf(leaf, [root.certificate], [crossSigned(one, renamed), renamed.certificate]), ['client', 'One', 'One, renamed', 'Root'])
  })
  t.test('of a certificate with itself end', async (t) => {
    t.strictSame(refusal(leaf, [root.certificate], [one.certificate, one.certificate]),
      ['ERR_CERTIFICATION_PATH_NO_ISSUER', 'its issuer has the same name as the certificate itself, and no trust anchor has that name (certificate 1: CN=One)'])
  })
  t.test('of the leaf with its issuer end', async (t) => {
    const first = mintAuthority({ subject: 'First', extensions: [basicConstraints(true)] })
    const second = crossSigned(two, first)
    t.strictSame(refusal(crossSigned(first, two, { extensions: [basicConstraints(true)] }), [root.certificate], [second, first.certificate]),
      ['ERR_CERTIFICATION_PATH_NO_ISSUER', 'no certificate of its issuer CN=First is known (certificate 1: CN=Two)'])
  })
})

t.test('anchors', async (t) => {
  const intermediate = mintAuthority({ subject: 'Intermediate', issuer: root })
  const leaf = mintClient(intermediate).certificate

  t.test('are the self-signed ones of trustAnchors, the others may stand between', async (t) => {
    t.strictSame(pathOf(leaf, [intermediate.certificate, root.certificate]), ['client', 'Intermediate', 'Root'])
    t.strictSame(refusal(leaf, [intermediate.certificate]),
      ['ERR_CERTIFICATION_PATH_NO_ISSUER', 'no certificate of its issuer CN=Root is known (certificate 1: CN=Intermediate)'])
    const rollover = mintAuthority({ subject: 'Root', issuer: root })
    t.strictSame(refusal(mintClient(rollover).certificate, [rollover.certificate]),
      ['ERR_CERTIFICATION_PATH_NO_ISSUER', 'its issuer has the same name as the certificate itself, and no trust anchor has that name (certificate 1: CN=Root)'],
      'self-issued is not self-signed')
  })
  t.test('are all of trustAnchors with partialPath', async (t) => {
    const partialPath = true
    t.strictSame(pathOf(leaf, [intermediate.certificate], [], { partialPath }), ['client', 'Intermediate'])
    t.strictSame(pathOf(leaf, [root.certificate, intermediate.certificate], [], { partialPath }), ['client', 'Intermediate'])
    t.strictSame(refusal(leaf, [root.certificate], [], { partialPath })[0], 'ERR_CERTIFICATION_PATH_NO_ISSUER')
    t.strictSame(refusal(leaf, [mintAuthority().certificate], [intermediate.certificate, root.certificate], { partialPath }),
      ['ERR_CERTIFICATION_PATH_NO_ISSUER', 'its issuer has the same name as the certificate itself, and no trust anchor has that name (certificate 2: CN=Root)'], 'intermediates are never')
    for (const word of [1, 'true', {}] as unknown[] as boolean[]) {
      t.equal(refusal(leaf, [intermediate.certificate], [], { partialPath: word })[0], 'ERR_CERTIFICATION_PATH_NO_ISSUER', 'only true says so')
    }
  })
})

t.test('a leaf that issued itself', async (t) => {
  const own = mint({ subject: 'own' })

  t.test('is refused where it is no anchor', async (t) => {
    t.strictSame(refusal(own.certificate, [root.certificate], [own.certificate]),
      ['ERR_CERTIFICATION_PATH_NO_ISSUER', 'its issuer has the same name as the certificate itself, and no trust anchor has that name (certificate 0: CN=own)'])
    const claim = mint({ subject: 'Root' })
    t.strictSame(refusal(claim.certificate, [root.certificate]), ['ERR_CERTIFICATION_PATH_SIGNATURE', `${forged} (certificate 0: CN=Root)`])
  })
  t.test('is a path of one where it is an anchor', async (t) => {
    for (const leaf of [own.certificate, own.der]) {
      const path = judge(leaf, [root.certificate, own.certificate])
      t.strictSame(subjects(path.certificates), ['own'])
      t.equal(path.trustAnchor, path.certificate)
      t.strictSame(path.certificate.path, [path.certificate])
    }
    t.strictSame(refusal(mintClient(own).certificate, [own.certificate]),
      ['ERR_CERTIFICATION_PATH_NOT_A_CA', 'the issuer is not a CA by its basicConstraints (certificate 1: CN=own)'], 'and issues nothing')
  })
  t.test('is judged by the rules for a leaf all the same', async (t) => {
    const at = new Date('2001-01-01T00:00:00Z')
    t.equal(refusal(own.certificate, [own.certificate], [], { at })[0], 'ERR_CERTIFICATION_PATH_NOT_YET_VALID')
    t.strictSame(refusal(root.certificate, [root.certificate]),
      ['ERR_CERTIFICATION_PATH_KEY_USAGE', 'the keyUsage includes none of digitalSignature, keyAgreement (certificate 0: CN=Root)'], 'a root that signs certificates alone')
    const open = mintAuthority({ subject: 'Open', extensions: [basicConstraints(true)] })
    t.strictSame(pathOf(open.certificate, [open.certificate]), ['Open'], 'a root whose key may be used for anything')
  })
  t.test('is the anchor also with its signature turned, which anybody can do, and not with another', async (t) => {
    const turned = judge(twinOf(own.certificate), [root.certificate, own.certificate])
    t.equal(turned.certificate.fingerprint256, own.certificate.fingerprint256, 'and has the fingerprint that is configured')
    // On another curve of this size the same change would make no signature of it.
    const changes = [() => Buffer.from('no signature'), (signature: Buffer) => twinOf(withSignature(own.certificate, () => signature), 'secp256k1').signature]
    for (const change of changes) {
      t.strictSame(refusal(withSignature(own.certificate, change), [own.certificate])[0], 'ERR_CERTIFICATION_PATH_NOT_A_CA')
    }
    const renewed = mint({ subject: 'own', keys: { publicKey: own.publicKey, privateKey: own.privateKey } })
    t.equal(refusal(renewed.certificate, [own.certificate])[0], 'ERR_CERTIFICATION_PATH_NOT_A_CA')
    const leaf = mintClient(root).certificate
    t.strictSame(pathOf(twinOf(leaf), [leaf], [], { partialPath: true }), ['client'])
  })
  t.test('or that another issued, is a path of one with partialPath', async (t) => {
    const leaf = mintClient(root).certificate
    t.strictSame(pathOf(leaf, [leaf], [], { partialPath: true }), ['client'])
    t.strictSame(refusal(leaf, [leaf]), ['ERR_CERTIFICATION_PATH_NO_ISSUER', 'no certificate of its issuer CN=Root is known (certificate 0: CN=client)'])
  })
})

t.test('limits', async (t) => {
  const chainOf = (count: number) => {
    const issuers = [root]
    for (let number = 1; number <= count; number++) issuers.push(mintAuthority({ subject: `CA ${number}`, issuer: issuers[number - 1] }))
    return issuers
  }

  t.test('a path has at most ten certificates', async (t) => {
    const issuers = chainOf(9)
    const intermediates = issuers.slice(1).map((issuer) => issuer.certificate)
    t.equal(judge(mintClient(issuers[8]).certificate, [root.certificate], intermediates).certificates.length, 10)
    t.strictSame(refusal(mintClient(issuers[9]).certificate, [root.certificate], intermediates),
      ['ERR_CERTIFICATION_PATH_LIMIT', 'no path was found within 10 certificates (certificate 9: CN=CA 1)'])
  })
  t.test('at most 16 signatures are checked, whatever comes along', async (t) => {
    const authorities = Array.from({ length: 10 }, () => mintAuthority({ subject: 'Loop' }))
    const web = authorities.flatMap((authority) => authorities.filter((issuer) => issuer !== authority).map((issuer) => crossSigned(authority, issuer)))
    const leaf = mintClient(authorities[0]).certificate
    t.equal(web.length, 90)
    let error: unknown
    t.equal(checksOf(() => { error = caught(() => judge(leaf, [root.certificate], web)) }), 16)
    t.match(error, { code: 'ERR_CERTIFICATION_PATH_LIMIT', rule: 'LIMIT', message: /^no path was found within 16 signature checks \(certificate \d: CN=Loop\)$/ })
  })
  t.test('wrong keys of the right name are counted', async (t) => {
    const wrong = Array.from({ length: 40 }, () => mintAuthority({ subject: 'Issuer', issuer: root }).certificate)
    const right = mintAuthority({ subject: 'Issuer', issuer: root })
    const leaf = mintClient(right).certificate
    t.equal(judge(leaf, [root.certificate], [...wrong.slice(0, 14), right.certificate]).certificates.length, 3)
    t.strictSame(refusal(leaf, [root.certificate], [...wrong, right.certificate]),
      ['ERR_CERTIFICATION_PATH_LIMIT', 'no path was found within 16 signature checks (certificate 0: CN=client)'])
  })
  t.test('who breaks a rule costs no signature check', async (t) => {
    const wrong = Array.from({ length: 40 }, () => mintAuthority({ subject: 'Issuer', issuer: root, extensions: [] }).certificate)
    const right = mintAuthority({ subject: 'Issuer', issuer: root })
    t.equal(checksOf(() => judge(mintClient(right).certificate, [root.certificate], [...wrong, right.certificate])), 2)
  })
})

// Each of them signed by three others, all of one name: whoever looks for a path finds a way on for ever.
t.test('a crafted set of a hundred cross-signed intermediates costs little', async (t) => {
  const kinds: Array<[name: string, newPair: () => ReturnType<typeof newKeys>]> = [
    ['P-256', () => newKeys()], ['P-521', () => newKeys('P-521')], ['RSA', () => generateKeyPairSync('rsa', { modulusLength: 4096 })]
  ]
  for (const [name, newPair] of kinds) {
    // Keys of RSA take a second each to make.
    const pairs = Array.from({ length: name === 'RSA' ? 3 : 20 }, newPair)
    const authorities = Array.from({ length: 20 }, (_, number) => mintAuthority({ subject: 'Web', keys: pairs[number % pairs.length] }))
    const web = authorities.flatMap((authority, number) => [1, 2, 3, 5, 7].map((step) => crossSigned(authority, authorities[(number + step) % 20]).raw))
    t.equal(web.length, 100)
    const leaf = mintClient(authorities[0]).der
    const before = process.cpuUsage()
    const error = caught(() => judge(leaf, [root.der], web))
    const { user, system } = process.cpuUsage(before)
    t.match(error, { code: 'ERR_CERTIFICATION_PATH_LIMIT' }, name)
    t.comment(`${name}: ${(user + system) / 1000} ms of CPU`)
  }
})

t.test('what is no certificate at all is a mistake of the caller, and no verdict', async (t) => {
  const odd = Object.create(root.certificate.constructor.prototype) as Certificate
  t.throws(() => judge(odd, [root.certificate]), TypeError)
})

t.test('a path is found exactly where there is one', async () => {
  const authorities = Array.from({ length: 5 }, (_, number) => mintAuthority({ subject: `CA ${number}` }))
  const leaves = authorities.map((authority) => mintClient(authority).certificate)
  const signed = authorities.map((authority) => authorities.map((issuer) => crossSigned(authority, issuer)))
  const place = fc.nat({ max: 4 })
  fc.assert(fc.property(place, fc.subarray([0, 1, 2, 3, 4]), fc.array(fc.tuple(place, place), { maxLength: 8 }), (start, anchors, edges) => {
    const trusted = anchors.map((anchor) => authorities[anchor].certificate)
    const error = caught(() => judge(leaves[start], trusted, edges.map(([subject, issuer]) => signed[subject][issuer])))
    if (error !== undefined && !(error instanceof CertificationPathError)) throw error
    return (error === undefined) === anchors.some((anchor) => reached(start, edges).has(anchor))
  }), { numRuns: 300 })
})

function reached (start: number, edges: ReadonlyArray<[subject: number, issuer: number]>): ReadonlySet<number> {
  const found = new Set([start])
  for (const place of found) for (const [subject, issuer] of edges) if (subject === place) found.add(issuer)
  return found
}

function caught (action: () => unknown): unknown {
  try {
    action()
    return undefined
  } catch (error) {
    return error
  }
}

/** How many signatures are checked by an action, those by which roots are known for such aside: they are known before. */
function checksOf (action: () => unknown): number {
  const { verify } = crypto
  let count = 0
  const counting = (...parameters: Parameters<typeof verify>) => {
    const [, data, { key }] = parameters as unknown as [unknown, Buffer, { key: crypto.KeyObject }]
    const isOwn = data.includes(key.export({ type: 'spki', format: 'der' }))
    if (!isOwn) count++
    return verify(...parameters)
  }
  crypto.verify = counting as typeof verify
  syncBuiltinESMExports()
  try {
    action()
    return count
  } finally {
    crypto.verify = verify
    syncBuiltinESMExports()
  }
}
