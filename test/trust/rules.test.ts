import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import type { Extension } from '../../lib/certificate/index.js'
import { write, writeInteger, writeObjectIdentifier, writeSequence } from '../../lib/certificate/der-writer.js'
import { basicConstraints, extendedKeyUsage, keyUsage, mint, mintAuthority, mintClient, type Minted, type MintOptions } from '../helpers/mint.js'
import { emptyName, extension, judge, refusal, subjects } from './scene.js'

const root = mintAuthority({ subject: 'Root' })
const caExtensions = [basicConstraints(true), keyUsage('keyCertSign')]
const clientExtensions = [basicConstraints(false), keyUsage('digitalSignature'), extendedKeyUsage('clientAuth')]

const intermediate = (options: MintOptions & { pathLength?: number } = {}, issuer = root) =>
  mintAuthority({ subject: 'Intermediate', issuer, ...options })

const refusalOfClient = (extensions: readonly Extension[], options: Parameters<typeof refusal>[3] = {}) =>
  refusal(mintClient(root, { extensions }).certificate, [root.certificate], [], options)

const refusalBelow = (issuer: Minted, options: Parameters<typeof refusal>[3] = {}) =>
  refusal(mintClient(issuer).certificate, [root.certificate], [issuer.certificate], options)

const refusalBelowAnchor = (anchor: Minted) => refusal(mintClient(anchor).certificate, [anchor.certificate])

const isAccepted = (leaf: Minted, options: Parameters<typeof judge>[3] = {}) =>
  judge(leaf.certificate, [root.certificate], [], options).certificates.length === 2

t.test('dates', async (t) => {
  const notBefore = new Date('2030-01-01T00:00:00Z')
  const notAfter = new Date('2030-12-31T23:59:59Z')
  const within = new Date('2030-06-01T12:00:00Z')
  const always = { notBefore: new Date('2000-01-01T00:00:00Z'), notAfter: new Date('2049-12-31T23:59:59Z') }
  const limited = { notBefore, notAfter }
  const pathOf = (validities: readonly MintOptions[]) => {
    const anchor = mintAuthority({ subject: 'Root', ...validities[2] })
    const issuer = intermediate(validities[1], anchor)
    return [mintClient(issuer, validities[0]).certificate, [anchor.certificate], [issuer.certificate]] as const
  }
  const names = ['client', 'Intermediate', 'Root']
  const early = 'the certificate is not valid before 2030-01-01T00:00:00.000Z'
  const late = 'the certificate expired at 2030-12-31T23:59:59.000Z'
  for (const depth of [0, 1, 2]) {
    const [leaf, anchors, intermediates] = pathOf([0, 1, 2].map((each) => each === depth ? limited : always))
    const place = ` (certificate ${depth}: CN=${names[depth]})`

    t.test(`of certificate ${depth}: both ends and the whole last second belong to the period`, async (t) => {
      for (const at of ['2030-01-01T00:00:00.000Z', '2030-06-01T12:00:00Z', '2030-12-31T23:59:59.000Z', '2030-12-31T23:59:59.999Z']) {
        t.equal(judge(leaf, anchors, intermediates, { at: new Date(at) }).certificates.length, 3, at)
      }
    })

    t.test(`of certificate ${depth}: before and after it is refused`, async (t) => {
      for (const at of ['2029-12-31T23:59:59.999Z', '2001-01-01T00:00:00Z']) {
        t.strictSame(refusal(leaf, anchors, intermediates, { at: new Date(at) }), ['ERR_CERTIFICATION_PATH_NOT_YET_VALID', early + place], at)
      }
      for (const at of ['2031-01-01T00:00:00.000Z', '2040-01-01T00:00:00Z']) {
        t.strictSame(refusal(leaf, anchors, intermediates, { at: new Date(at) }), ['ERR_CERTIFICATION_PATH_EXPIRED', late + place], at)
      }
    })
  }
  t.test('the leaf\'s own dates come before what is wrong above it', async (t) => {
    const [leaf, , intermediates] = pathOf([{ ...always, notAfter: notBefore }, always, always])
    t.equal(refusal(leaf, [], intermediates, { at: within })[0], 'ERR_CERTIFICATION_PATH_EXPIRED')
  })
  t.test('a period that ends before it begins holds never', async (t) => {
    const [leaf, anchors, intermediates] = pathOf([{ notBefore: notAfter, notAfter: notBefore }, always, always])
    for (const at of [notBefore, within, notAfter]) t.throws(() => judge(leaf, anchors, intermediates, { at }))
  })
})

t.test('basic constraints', async (t) => {
  t.test('who is no CA by them does not issue', async (t) => {
    const problem = 'the issuer is not a CA by its basicConstraints'
    const cases = [[], [basicConstraints(false)], [keyUsage('keyCertSign')], [basicConstraints(false), keyUsage('keyCertSign')]]
    for (const extensions of cases) {
      t.strictSame(refusalBelow(intermediate({ extensions })),
        ['ERR_CERTIFICATION_PATH_NOT_A_CA', `${problem} (certificate 1: CN=Intermediate)`])
      t.strictSame(refusalBelowAnchor(mintAuthority({ subject: 'Anchor', extensions })),
        ['ERR_CERTIFICATION_PATH_NOT_A_CA', `${problem} (certificate 1: CN=Anchor)`])
    }
    const client = mintClient(root)
    t.strictSame(refusal(mintClient(client, { subject: 'mallory' }).certificate, [root.certificate], [client.certificate]),
      ['ERR_CERTIFICATION_PATH_NOT_A_CA', `${problem} (certificate 1: CN=client)`], 'a client that signs another')
  })
  t.test('that are not critical count as well', async (t) => {
    const issuer = intermediate({ extensions: [basicConstraints(true, undefined, false)] })
    t.strictSame(subjects(judge(mintClient(issuer).certificate, [root.certificate], [issuer.certificate]).certificates), ['client', 'Intermediate', 'Root'])
  })
  t.test('a CA may be a client', async (t) => {
    t.ok(isAccepted(mintClient(root, { extensions: [basicConstraints(true, 0), keyUsage('digitalSignature', 'keyCertSign')] })))
  })
})

t.test('path length', async (t) => {
  const chain = (first: Minted, ...options: Array<MintOptions & { pathLength?: number }>) =>
    options.reduce((issuers, each) => [...issuers, intermediate(each, issuers[issuers.length - 1])], [first])
  const verdict = (issuers: Minted[]) => {
    const [anchor, ...rest] = issuers.map((each) => each.certificate)
    return judge(mintClient(issuers[issuers.length - 1]).certificate, [anchor], rest).certificates.length
  }
  const refused = (issuers: Minted[]) => {
    const [anchor, ...rest] = issuers.map((each) => each.certificate)
    return refusal(mintClient(issuers[issuers.length - 1]).certificate, [anchor], rest)
  }
  const limitedTo = (pathLength: number) => mintAuthority({ subject: 'Root', pathLength })

  t.test('the leaf does not count', async (t) => {
    t.equal(verdict(chain(limitedTo(0))), 2)
    t.equal(verdict(chain(root, { pathLength: 0 })), 3)
    t.equal(verdict(chain(limitedTo(1), { pathLength: 0 })), 3)
    t.equal(verdict(chain(limitedTo(1), { pathLength: 7 })), 3, 'a greater one below changes nothing')
  })
  t.test('one intermediate too many is refused, at the CA that forbids it', async (t) => {
    t.strictSame(refused(chain(limitedTo(0), {})),
      ['ERR_CERTIFICATION_PATH_PATH_LENGTH', 'the CA allows a path length of 0, and here it is 1 (certificate 2: CN=Root)'])
    t.strictSame(refused(chain(root, { subject: 'A', pathLength: 0 }, { subject: 'B' })),
      ['ERR_CERTIFICATION_PATH_PATH_LENGTH', 'the CA allows a path length of 0, and here it is 1 (certificate 2: CN=A)'])
    t.strictSame(refused(chain(limitedTo(1), { subject: 'A', pathLength: 5 }, { subject: 'B' })),
      ['ERR_CERTIFICATION_PATH_PATH_LENGTH', 'the CA allows a path length of 1, and here it is 2 (certificate 3: CN=Root)'])
  })
  t.test('self-issued intermediates do not count', async (t) => {
    t.equal(verdict(chain(limitedTo(0), { subject: 'Root' })), 3)
    t.equal(verdict(chain(limitedTo(1), { subject: 'A' }, { subject: 'A', pathLength: 0 }, { subject: 'A' })), 5)
    t.strictSame(refused(chain(limitedTo(0), { subject: 'Root' }, { subject: 'A' })),
      ['ERR_CERTIFICATION_PATH_PATH_LENGTH', 'the CA allows a path length of 0, and here it is 1 (certificate 3: CN=Root)'])
  })
  t.test('a leaf may be self-issued, or have a path length of its own', async (t) => {
    const issuer = limitedTo(0)
    t.equal(judge(mintClient(issuer, { subject: 'Root' }).certificate, [issuer.certificate]).certificates.length, 2)
    t.equal(judge(mint({ issuer, extensions: [basicConstraints(true, 3)] }).certificate, [issuer.certificate]).certificates.length, 2)
  })
})

t.test('key usage', async (t) => {
  t.test('an issuer needs keyCertSign, if it has any', async (t) => {
    const extensions = [basicConstraints(true), keyUsage('digitalSignature', 'cRLSign')]
    const problem = 'the issuer\'s keyUsage does not include keyCertSign'
    t.strictSame(refusalBelow(intermediate({ extensions })), ['ERR_CERTIFICATION_PATH_KEY_USAGE', `${problem} (certificate 1: CN=Intermediate)`])
    t.strictSame(refusalBelowAnchor(mintAuthority({ extensions })), ['ERR_CERTIFICATION_PATH_KEY_USAGE', `${problem} (certificate 1: CN=Test CA)`])
    const silent = intermediate({ extensions: [basicConstraints(true)] })
    t.equal(judge(mintClient(silent).certificate, [root.certificate], [silent.certificate]).certificates.length, 3)
  })
  t.test('a client signs or agrees on keys', async (t) => {
    t.ok(isAccepted(mintClient(root, { extensions: [] })), 'an absent one restricts nothing')
    t.ok(isAccepted(mintClient(root, { extensions: [keyUsage('digitalSignature', 'keyEncipherment')] })))
    t.ok(isAccepted(mintClient(root, { extensions: [keyUsage('keyAgreement')] })))
    for (const usages of [['keyEncipherment'], ['nonRepudiation', 'dataEncipherment'], ['cRLSign']] as const) {
      t.strictSame(refusalOfClient([keyUsage(...usages)]),
        ['ERR_CERTIFICATION_PATH_KEY_USAGE', 'the keyUsage includes none of digitalSignature, keyAgreement (certificate 0: CN=client)'])
    }
  })
  t.test('a server may also decrypt', async (t) => {
    const purpose = 'serverAuth'
    for (const usage of ['digitalSignature', 'keyEncipherment', 'keyAgreement'] as const) {
      t.ok(isAccepted(mintClient(root, { extensions: [keyUsage(usage)] }), { purpose }), usage)
    }
    t.strictSame(refusalOfClient([keyUsage('nonRepudiation')], { purpose }),
      ['ERR_CERTIFICATION_PATH_KEY_USAGE', 'the keyUsage includes none of digitalSignature, keyEncipherment, keyAgreement (certificate 0: CN=client)'])
  })
  t.test('for any purpose, any will do', async (t) => {
    t.ok(isAccepted(mintClient(root, { extensions: [keyUsage('cRLSign')] }), { purpose: 'any' }))
  })
  t.test('who says that it signs certificates has to be a CA', async (t) => {
    for (const extensions of [[keyUsage('digitalSignature', 'keyCertSign')], [basicConstraints(false), keyUsage('digitalSignature', 'keyCertSign')]]) {
      t.strictSame(refusalOfClient(extensions, { purpose: 'any' }),
        ['ERR_CERTIFICATION_PATH_KEY_USAGE', 'the keyUsage includes keyCertSign, but the certificate is not of a CA (certificate 0: CN=client)'])
    }
  })
})

t.test('extended key usage', async (t) => {
  t.test('of the leaf names the purpose, or is absent', async (t) => {
    t.ok(isAccepted(mintClient(root, { extensions: [] })))
    t.ok(isAccepted(mintClient(root, { extensions: [extendedKeyUsage('serverAuth', 'clientAuth')] })))
    t.ok(isAccepted(mintClient(root, { extensions: [extendedKeyUsage('serverAuth')] }), { purpose: 'serverAuth' }))
    t.strictSame(refusalOfClient([extendedKeyUsage('serverAuth', 'codeSigning')]), ['ERR_CERTIFICATION_PATH_EXTENDED_KEY_USAGE',
      'the extendedKeyUsage does not include clientAuth (1.3.6.1.5.5.7.3.2) (certificate 0: CN=client)'])
    t.strictSame(refusalOfClient([extendedKeyUsage('clientAuth')], { purpose: 'serverAuth' }), ['ERR_CERTIFICATION_PATH_EXTENDED_KEY_USAGE',
      'the extendedKeyUsage does not include serverAuth (1.3.6.1.5.5.7.3.1) (certificate 0: CN=client)'])
  })
  t.test('anyExtendedKeyUsage is enough for a CA, and not for a leaf', async (t) => {
    t.equal(refusalOfClient([extendedKeyUsage('anyExtendedKeyUsage')])[0], 'ERR_CERTIFICATION_PATH_EXTENDED_KEY_USAGE')
    const issuer = intermediate({ extensions: [...caExtensions, extendedKeyUsage('anyExtendedKeyUsage')] })
    t.equal(judge(mintClient(issuer).certificate, [root.certificate], [issuer.certificate]).certificates.length, 3)
  })
  t.test('of a CA holds for all below it', async (t) => {
    const extensions = [...caExtensions, extendedKeyUsage('serverAuth', 'emailProtection')]
    const problem = 'the extendedKeyUsage does not include clientAuth (1.3.6.1.5.5.7.3.2)'
    t.strictSame(refusalBelow(intermediate({ extensions })), ['ERR_CERTIFICATION_PATH_EXTENDED_KEY_USAGE', `${problem} (certificate 1: CN=Intermediate)`])
    t.strictSame(refusalBelowAnchor(mintAuthority({ extensions })), ['ERR_CERTIFICATION_PATH_EXTENDED_KEY_USAGE', `${problem} (certificate 1: CN=Test CA)`])
    const top = intermediate({ subject: 'Top', extensions })
    const issuer = intermediate({}, top)
    t.strictSame(refusal(mintClient(issuer).certificate, [root.certificate], [issuer.certificate, top.certificate]),
      ['ERR_CERTIFICATION_PATH_EXTENDED_KEY_USAGE', `${problem} (certificate 2: CN=Top)`])
    const server = mintClient(issuer, { extensions: [] })
    t.equal(judge(server.certificate, [root.certificate], [issuer.certificate, top.certificate], { purpose: 'serverAuth' }).certificates.length, 4)
  })
  t.test('for any purpose is not looked at', async (t) => {
    const issuer = intermediate({ extensions: [...caExtensions, extendedKeyUsage('codeSigning')] })
    const leaf = mintClient(issuer, { extensions: [extendedKeyUsage('timeStamping')] })
    t.equal(judge(leaf.certificate, [root.certificate], [issuer.certificate], { purpose: 'any' }).certificates.length, 3)
  })
})

t.test('critical extensions', async (t) => {
  const unknown = (critical: boolean) => extension('1.2.3.4.5', writeSequence(), critical)
  const problem = 'the critical extension 1.2.3.4.5 is not understood here'
  const code = 'ERR_CERTIFICATION_PATH_CRITICAL_EXTENSION'

  t.test('that are unknown refuse, at each place of a path', async (t) => {
    t.strictSame(refusalOfClient([...clientExtensions, unknown(true)]), [code, `${problem} (certificate 0: CN=client)`])
    t.strictSame(refusalBelow(intermediate({ extensions: [...caExtensions, unknown(true)] })), [code, `${problem} (certificate 1: CN=Intermediate)`])
    t.strictSame(refusalBelowAnchor(mintAuthority({ extensions: [...caExtensions, unknown(true)] })), [code, `${problem} (certificate 1: CN=Test CA)`])
  })
  t.test('not critical, they are passed over', async (t) => {
    const anchor = mintAuthority({ extensions: [...caExtensions, unknown(false)] })
    const issuer = intermediate({ extensions: [...caExtensions, unknown(false)] }, anchor)
    const leaf = mintClient(issuer, { extensions: [...clientExtensions, unknown(false)] })
    t.equal(judge(leaf.certificate, [anchor.certificate], [issuer.certificate]).certificates.length, 3)
  })
  t.test('those that are heeded may be critical', async (t) => {
    const critical = (each: Extension) => ({ ...each, critical: true })
    const name = extension('2.5.29.17', writeSequence(write(0x82, Buffer.from('client.example'))))
    const policies = extension('2.5.29.32', writeSequence(writeSequence(writeObjectIdentifier('1.2.3'))))
    t.ok(isAccepted(mintClient(root, { extensions: [...clientExtensions.map(critical), name, policies] })))
    const constraints = [
      extension('2.5.29.30', writeSequence(write(0xa1, writeSequence(write(0x82, Buffer.from('example.com')))))),
      extension('2.5.29.33', writeSequence(writeSequence(writeObjectIdentifier('1.2.3'), writeObjectIdentifier('1.2.4')))),
      extension('2.5.29.36', writeSequence(write(0x81, Buffer.from([0])))),
      extension('2.5.29.54', writeInteger(0))
    ]
    const issuer = intermediate({ extensions: [...caExtensions, ...constraints] })
    t.equal(judge(mintClient(issuer).certificate, [root.certificate], [issuer.certificate]).certificates.length, 3)
  })
  t.test('those that RFC 5280 wants not critical refuse where they are', async (t) => {
    const identifier = extension('2.5.29.14', write(0x04, Buffer.from('key')))
    t.strictSame(refusalOfClient([...clientExtensions, identifier]), [code, 'the critical extension 2.5.29.14 is not understood here (certificate 0: CN=client)'])
  })
})

t.test('alternative names without a name', async (t) => {
  const code = 'ERR_CERTIFICATION_PATH_MALFORMED'
  const both = [['2.5.29.17', 'subjectAltName'], ['2.5.29.18', 'issuerAltName']] as const
  for (const [type, name] of both) {
    const none = extension(type, writeSequence(), false)
    t.strictSame(refusalOfClient([...clientExtensions, none]), [code, `the ${name} is empty (certificate 0: CN=client)`])
    const issuer = intermediate({ extensions: [...caExtensions, none] })
    t.strictSame(refusalBelow(issuer), [code, `the ${name} is empty (certificate 1: CN=Intermediate)`])
    const anchor = mintAuthority({ extensions: [...caExtensions, none] })
    t.strictSame(refusalBelowAnchor(anchor), [code, `the ${name} is empty (certificate 1: CN=Test CA)`])
    t.equal(judge(mintClient(anchor, { extensions: [...clientExtensions, none] }).certificate, [anchor.certificate], [], { whenNotConforming: 'accept' }).certificates.length, 2)
  }
})

t.test('version 1', async (t) => {
  const old = mint({ subject: 'Old', version: 1 })
  t.test('a client of it is accepted', async (t) => {
    const leaf = mint({ subject: 'client', issuer: root, version: 1 })
    t.equal(leaf.certificate.version, 1)
    t.ok(isAccepted(leaf))
  })
  t.test('a root of it is an anchor', async (t) => {
    t.strictSame(subjects(judge(mintClient(old).certificate, [old.certificate]).certificates), ['client', 'Old'])
  })
  t.test('a CA of it is no intermediate, nor a trusted one that is no root', async (t) => {
    const issuer = mint({ subject: 'Intermediate', issuer: root, version: 1 })
    const expected = ['ERR_CERTIFICATION_PATH_NOT_A_CA', 'the issuer is not a CA by its basicConstraints (certificate 1: CN=Intermediate)']
    t.strictSame(refusalBelow(issuer), expected)
    t.strictSame(refusal(mintClient(issuer).certificate, [issuer.certificate, root.certificate]), expected)
    t.strictSame(refusal(mintClient(issuer).certificate, [issuer.certificate], [], { partialPath: true }), expected)
    const renewed = mint({ subject: 'Old', issuer: old, version: 1 })
    t.strictSame(refusal(mintClient(renewed).certificate, [old.certificate], [renewed.certificate]),
      ['ERR_CERTIFICATION_PATH_SIGNATURE', 'the signature is not by the key of the issuer (certificate 0: CN=client)'], 'nor one that its root renewed')
  })
})

t.test('RSA keys', async (t) => {
  const weak = generateKeyPairSync('rsa', { modulusLength: 2040 })
  const strong = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const problem = 'the RSA key has 2040 bits, fewer than 2048'
  t.test('of 2048 bits are accepted', async (t) => {
    t.ok(isAccepted(mintClient(root, { keys: strong })))
  })
  t.test('of fewer are refused, at each place of a path', async (t) => {
    t.strictSame(refusal(mintClient(root, { keys: weak }).certificate, [root.certificate]),
      ['ERR_CERTIFICATION_PATH_WEAK_KEY', `${problem} (certificate 0: CN=client)`])
    t.strictSame(refusalBelow(intermediate({ keys: weak })), ['ERR_CERTIFICATION_PATH_WEAK_KEY', `${problem} (certificate 1: CN=Intermediate)`])
    t.strictSame(refusalBelowAnchor(mintAuthority({ keys: weak })), ['ERR_CERTIFICATION_PATH_WEAK_KEY', `${problem} (certificate 1: CN=Test CA)`])
  })
  t.test('that are for RSASSA-PSS alone are counted as well', async (t) => {
    const keys = generateKeyPairSync('rsa-pss', { modulusLength: 1024 })
    t.strictSame(refusal(mintClient(root, { keys }).certificate, [root.certificate]),
      ['ERR_CERTIFICATION_PATH_WEAK_KEY', 'the RSA key has 1024 bits, fewer than 2048 (certificate 0: CN=client)'])
  })
})

t.test('a leaf without a subject has a critical subjectAltName', async (t) => {
  const name = writeSequence(write(0x82, Buffer.from('client.example')))
  t.ok(isAccepted(mint({ subject: emptyName, issuer: root, extensions: [extension('2.5.29.17', name)] })))
  for (const extensions of [[], [extension('2.5.29.17', name, false)], [extension('2.5.29.17', writeSequence())]]) {
    t.strictSame(refusal(mint({ subject: emptyName, issuer: root, extensions }).certificate, [root.certificate]),
      ['ERR_CERTIFICATION_PATH_MALFORMED', 'the subject is empty and there is no critical subjectAltName (certificate 0: empty subject)'])
  }
})
