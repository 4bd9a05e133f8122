import t from 'tap'
import type { Certificate, CertificateList } from '../../lib/certificate/index.js'
import { derElement, type DerElement } from './der-elements.js'
import { certificatesOf, everyKind, leavesOf } from './every-kind.js'

// What linters of certificates check, on the octets themselves, by a reader that is not the one of lib.

/** The fields of a TBSCertificate (RFC 5280, section 4.1), as elements. */
interface Fields {
  readonly serialNumber: DerElement
  readonly signature: DerElement
  readonly issuer: DerElement
  readonly dates: readonly DerElement[]
  readonly subject: DerElement
  readonly subjectPublicKeyInfo: DerElement
  readonly extensions: readonly ExtensionFields[]
  readonly outerSignature: DerElement
}

interface ExtensionFields { readonly type: string, readonly critical: boolean, readonly value: DerElement }

const basicConstraints = '551d13'
const keyUsage = '551d0f'
const extendedKeyUsage = '551d25'
const subjectAltName = '551d11'
const subjectKeyIdentifier = '551d0e'
const authorityKeyIdentifier = '551d23'
const nameConstraints = '551d1e'
const cRLDistributionPoints = '551d1f'
const authorityInfoAccess = '2b06010505070101'
const cRLNumber = '551d14'
const reasonCode = '551d15'
const invalidityDate = '551d18'

function fieldsOf (certificate: Certificate): Fields {
  const [{ children: tbs }, outerSignature] = derElement(certificate.raw).children
  const [version, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo, extensions, ...others] = tbs
  // Version 3, and none of the unique identifiers.
  if (version.octets.toString('hex') !== 'a003020102' || extensions.tag !== 0xa3 || others.length > 0) throw new Error('no certificate of version 3')
  return { serialNumber, signature, issuer, dates: validity.children, subject, subjectPublicKeyInfo, extensions: extensionsOf(extensions.children[0]), outerSignature }
}

function extensionsOf (sequence: DerElement): ExtensionFields[] {
  return sequence.children.map(({ children }) => {
    const type = children[0].content.toString('hex')
    return { type, critical: children.length === 3, value: derElement(children[children.length - 1].content) }
  })
}

const find = (extensions: readonly ExtensionFields[], type: string) => extensions.find((extension) => extension.type === type)
const flat = (element: DerElement): DerElement[] => [element, ...element.children.flatMap(flat)]
const hex = (octets: Buffer | undefined) => octets?.toString('hex')

const kinds = everyKind(new Date('2026-11-24T12:00:00.500Z'))

/** Looks at every certificate, with its issuer's. */
async function forEach (look: (certificate: Fields, issuer: Fields, name: string) => void): Promise<void> {
  for (const kind of await kinds) {
    const [root, issuing, ...leaves] = certificatesOf(kind).map(fieldsOf)
    look(root, root, `${kind.name}: root`)
    look(issuing, root, `${kind.name}: issuing`)
    for (const [index, leaf] of leaves.entries()) look(leaf, issuing, `${kind.name}: leaf ${index}`)
  }
}

t.test('the reader of these tests refuses what is not the least DER', async (t) => {
  const cases = [
    ['3080', /indefinite/], ['30810102', /not the shortest/], ['0201000201', /one element|cut off/], ['0202007f', /superfluous/], ['0202ff80', /superfluous/], ['0200', /superfluous/],
    ['010100', /BOOLEAN/], ['0101010101ff', /BOOLEAN/], ['03020781', /unused bits/], ['050100', /NULL/], ['3106020102020101', /not in order/], ['3100', /empty SET/],
    ['a000', /around nothing/], ['3003020101020101', /one element/], ['3004020101', /cut off/], ['', /one element/]
  ] as const
  for (const [octets, message] of cases) t.throws(() => derElement(Buffer.from(octets, 'hex')), { message }, octets)
  t.equal(derElement(Buffer.from('3007020200800101ff', 'hex')).children.length, 2)
})

t.test('every element, in extensions, keys and signatures too, is the least DER, and no sequence is empty', async (t) => {
  await forEach(({ extensions }, _, name) => {
    for (const { type, value } of extensions) {
      const empty = flat(value).filter((element) => element.tag === 0x30 && element.content.length === 0)
      // CA:FALSE is the default, and so nothing at all.
      t.equal(empty.length, type === basicConstraints && value.content.length === 0 ? 1 : 0, `${name}: ${type}`)
    }
  })
  for (const kind of await kinds) {
    for (const certificate of certificatesOf(kind)) {
      const signature = derElement(certificate.raw).children[2]
      t.equal(signature.content[0], 0, 'no unused bits')
      // ECDSA: two INTEGERs; the others are octets.
      if (certificate.signatureAlgorithm.algorithm.startsWith('1.2.840.10045.4')) t.equal(derElement(signature.content.subarray(1)).children.length, 2)
      const empty = flat(derElement(certificate.raw)).filter((element) => element.tag === 0x30 && element.content.length === 0)
      t.equal(empty.length, certificate === kind.nameless.certificate ? 1 : 0, 'the empty subject alone')
    }
  }
})

t.test('serial numbers are positive, of 20 octets at the most and 8 at the least, and each is its own', async (t) => {
  const seen = new Set<string>()
  await forEach(({ serialNumber: { content } }, _, name) => {
    t.ok(content.length <= 20 && content.length >= 8 && content[0] < 0x80, name)
    t.notOk(seen.has(content.toString('hex')), name)
    seen.add(content.toString('hex'))
  })
})

t.test('dates are whole seconds of UTC: UTCTime until 2049, GeneralizedTime from 2050 on', async (t) => {
  await forEach(({ dates }, _, name) => {
    t.equal(dates.length, 2)
    // The two digits of a UTCTime's year stand for 1950 to 2049.
    for (const { tag, content } of dates) t.match(`${tag.toString(16)} ${content}`, /^(?:17 [0-4]\d{11}Z|18 20[5-9]\d{11}Z)$/, name)
  })
  const ends = (await kinds).map(({ root, server }) => [root, server.certificate].map((each) => fieldsOf(each).dates[1].tag))
  t.ok(ends.every(([ofRoot, ofServer]) => ofRoot === 0x18 && ofServer === 0x18), 'both forms were seen')
})

t.test('no certificate is valid at a time when its issuer is not', async (t) => {
  for (const { root, issuing, ...kind } of await kinds) {
    const within = (inner: Certificate, outer: Certificate) => inner.validity.notBefore >= outer.validity.notBefore && inner.validity.notAfter <= outer.validity.notAfter
    t.ok(within(issuing, root), kind.name)
    for (const leaf of [kind.client, kind.nameless, kind.server, kind.renewed]) t.ok(within(leaf.certificate, issuing), kind.name)
  }
})

t.test('the signature algorithm stands inside as outside, with the parameters that it must have', async (t) => {
  // RFC 4055, section 5: NULL for RSA; RFC 5758, section 3.2, and RFC 8410, section 3: none for the others.
  const allowed = new Set(['300d06092a864886f70d01010b0500', '300a06082a8648ce3d040302', '300a06082a8648ce3d040303', '300506032b6570'])
  await forEach(({ signature, outerSignature }, _, name) => {
    t.strictSame(signature.octets, outerSignature.octets, name)
    t.ok(allowed.has(signature.octets.toString('hex')), `${name}: ${hex(signature.octets)}`)
  })
})

t.test('a public key has the parameters that it must have', async (t) => {
  // RFC 3279, section 2.3.1, RFC 5480, section 2.1.1, and RFC 8410, section 3.
  const allowed = new Set(['300d06092a864886f70d0101010500', '301306072a8648ce3d020106082a8648ce3d030107', '301006072a8648ce3d020106052b81040022', '300506032b6570'])
  await forEach(({ subjectPublicKeyInfo }, _, name) => t.ok(allowed.has(hex(subjectPublicKeyInfo.children[0].octets)!), name))
})

t.test('no extension stands there twice', async (t) => {
  await forEach(({ extensions }, _, name) => t.equal(new Set(extensions.map(({ type }) => type)).size, extensions.length, name))
})

t.test('extensions are critical where RFC 5280 says so, and nowhere else', async (t) => {
  await forEach(({ extensions, subject }, _, name) => {
    for (const { type, critical } of extensions) {
      const isNameless = subject.content.length === 0
      const expected = type === basicConstraints || type === keyUsage || type === nameConstraints || (type === subjectAltName && isNameless)
      t.equal(critical, expected, `${name}: ${type}`)
    }
  })
})

t.test('there are the extensions that RFC 5280 asks for, and no others', async (t) => {
  const common = [basicConstraints, keyUsage, subjectKeyIdentifier]
  const ofLeaf = [...common, extendedKeyUsage, authorityKeyIdentifier, cRLDistributionPoints, authorityInfoAccess]
  const sorted = (types: readonly string[]) => [...types].sort()
  await forEach(({ extensions }, _, name) => {
    const found = sorted(extensions.map(({ type }) => type))
    if (name.endsWith('root')) t.strictSame(found, sorted(common), name)
    else if (name.endsWith('issuing')) t.strictSame(found, sorted([...common, authorityKeyIdentifier, nameConstraints]), name)
    else t.strictSame(found.filter((type) => type !== subjectAltName), sorted(ofLeaf), name)
  })
  for (const { server, nameless } of await kinds) {
    for (const { certificate } of [server, nameless]) t.ok(find(fieldsOf(certificate).extensions, subjectAltName))
  }
})

t.test('an authority may sign certificates and lists, and nobody else may', async (t) => {
  const usage = ({ extensions }: Fields) => hex(find(extensions, keyUsage)!.value.octets)
  for (const kind of await kinds) {
    const [root, issuing, ...leaves] = certificatesOf(kind).map(fieldsOf)
    t.equal(hex(find(root.extensions, basicConstraints)!.value.octets), '30030101ff', 'no path length')
    t.equal(hex(find(issuing.extensions, basicConstraints)!.value.octets), '30060101ff020100', 'path length 0')
    t.strictSame([usage(root), usage(issuing)], ['03020106', '03020106'])
    for (const [index, leaf] of leaves.entries()) {
      t.equal(hex(find(leaf.extensions, basicConstraints)!.value.octets), '3000')
      // digitalSignature; the server's RSA key may be enciphered to.
      const isServersRsa = index === 2 && hex(leaf.subjectPublicKeyInfo.children[0].octets)!.startsWith('300d06092a864886f70d010101')
      t.equal(usage(leaf), isServersRsa ? '030205a0' : '03020780', `${kind.name}: leaf ${index}`)
      t.equal(hex(find(leaf.extensions, extendedKeyUsage)!.value.octets), index === 2 ? '300a06082b06010505070301' : '300a06082b06010505070302')
    }
  }
})

t.test('the issuer is named in the octets that it has for itself, and its key by its own identifier', async (t) => {
  await forEach(({ issuer, extensions }, above, name) => {
    t.strictSame(issuer.octets, above.subject.octets, name)
    t.not(issuer.content.length, 0, name)
    const own = find(extensions, subjectKeyIdentifier)!.value
    t.equal(own.tag, 0x04)
    t.equal(own.content.length, 20, 'SHA-1, method 1')
    const authority = find(extensions, authorityKeyIdentifier)
    if (name.endsWith('root')) t.equal(authority, undefined)
    else t.equal(hex(authority!.value.content), `8014${hex(find(above.extensions, subjectKeyIdentifier)!.value.content)}`, `${name}: the identifier alone`)
  })
})

t.test('attributes of names have the string types of RFC 5280, appendix A, and are not empty', async (t) => {
  const countryName = '550406'
  const emailAddress = '2a864886f70d010901'
  const domainComponent = '0992268993f22c640119'
  await forEach(({ subject }, _, name) => {
    for (const { children: [type, value] } of subject.children.flatMap((set) => set.children)) {
      const expected = hex(type.content) === countryName ? 0x13 : [emailAddress, domainComponent].includes(hex(type.content)!) ? 0x16 : 0x0c
      t.equal(value.tag, expected, `${name}: ${hex(type.content)}`)
      t.ok(value.content.length > 0)
    }
  })
})

t.test('URLs of lists and issuers are absolute, and of HTTP', async (t) => {
  for (const kind of await kinds) {
    for (const { extensions } of leavesOf(kind).map(fieldsOf)) {
      const urls = [cRLDistributionPoints, authorityInfoAccess].flatMap((type) => flat(find(extensions, type)!.value)).filter(({ tag }) => tag === 0x86)
      t.strictSame(urls.map(({ content }) => content.toString()), ['http://pki.example.com/issuing.crl', 'http://pki.example.com/ocsp', 'http://pki.example.com/issuing.cer'])
    }
  }
})

/** The fields of a TBSCertList (RFC 5280, section 5.1). */
function listFieldsOf (list: CertificateList) {
  const [{ children }, outerSignature] = derElement(list.raw).children
  const [version, signature, issuer, thisUpdate, nextUpdate, ...rest] = children
  const revoked = rest.find(({ tag }) => tag === 0x30)
  const extensions = extensionsOf(rest[rest.length - 1].children[0])
  return { version, signature, outerSignature, issuer, dates: [thisUpdate, nextUpdate], revoked, extensions, count: rest.length }
}

t.test('a certificate list is of version 2, by its issuer, with a number and an identifier that are not critical', async (t) => {
  for (const { name, issuing, list, emptyList } of await kinds) {
    const issuer = fieldsOf(issuing)
    for (const each of [list, emptyList].map(listFieldsOf)) {
      t.equal(hex(each.version.octets), '020101', name)
      t.strictSame(each.signature.octets, each.outerSignature.octets)
      t.strictSame(each.issuer.octets, issuer.subject.octets)
      t.strictSame(each.dates.map(({ tag, content }) => [tag, content.toString()]), [[0x17, '261124115900Z'], [0x17, '261201120000Z']])
      t.strictSame(each.extensions.map(({ type, critical }) => [type, critical]), [[authorityKeyIdentifier, false], [cRLNumber, false]])
      t.equal(hex(each.extensions[0].value.content), `8014${hex(find(issuer.extensions, subjectKeyIdentifier)!.value.content)}`)
    }
    const number = (each: CertificateList) => Number(`0x${hex(listFieldsOf(each).extensions[1].value.content)}`)
    t.ok(number(list) > number(emptyList), 'numbers grow')
  }
})

t.test('a list of nobody has no entries at all, and entries tell no reason rather than "unspecified"', async (t) => {
  for (const { emptyList, list, client, nameless } of await kinds) {
    t.equal(listFieldsOf(emptyList).revoked, undefined)
    const [first, second, ...others] = listFieldsOf(list).revoked!.children
    t.equal(others.length, 0)
    t.strictSame([first, second].map(({ children }) => children[0].octets), [client, nameless].map(({ certificate }) => fieldsOf(certificate).serialNumber.octets))
    t.strictSame([first, second].map(({ children }) => [children[1].tag, children[1].content.toString()]), [[0x17, '261124120000Z'], [0x17, '261124120000Z']])
    t.equal(second.children.length, 2, 'no empty extensions')
    const extensions = extensionsOf(first.children[2])
    t.strictSame(extensions.map(({ type, critical, value }) => [type, critical, hex(value.octets)]), [
      [reasonCode, false, '0a0101'], [invalidityDate, false, `180f${Buffer.from('20261101120000Z').toString('hex')}`]
    ])
  }
})
