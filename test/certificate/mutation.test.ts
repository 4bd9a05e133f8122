import t from 'tap'
import fc from 'fast-check'
import { Certificate, readCertificate, readCertificates, readDistinguishedName, tags, write, writeDistinguishedName, writePem } from '../../lib/certificate/index.js'
import { children, contents, readElement, type Element } from '../../lib/certificate/der.js'
import { mintAuthority, mintClient } from '../helpers/mint.js'
import { everyExtension } from './every-extension.js'
import { octets, rawCertificate } from './raw-certificate.js'

const authority = mintAuthority()
const subject = writeDistinguishedName([[['countryName', 'NL']], [['organizationName', 'Éxample']], [['commonName', 'alice'], ['userId', 'u1']], [['1.2.3', octets('0500')]]])
const originals: Buffer[] = [authority.der, mintClient(authority).der, rawCertificate({ subject }), rawCertificate({ subject, extensions: everyExtension })]

// Far more than reading takes, and far less than a hang: a shared machine may be slow.
const millisecondsAtMost = 2000

/** Whether reading gives a certificate none of whose properties throws, or a CertificateError: nothing else, and soon. */
function isReadOrRefused (der: Buffer): boolean {
  const start = performance.now()
  const outcome = outcomeOf(() => readCertificate(der))
  const isRight = outcome instanceof Certificate ? isWhole(outcome) : isCertificateError(outcome)
  return isRight && performance.now() - start < millisecondsAtMost
}

function outcomeOf <Value> (read: () => Value): Value | unknown {
  try {
    return read()
  } catch (error) {
    return error
  }
}

const isCertificateError = (error: unknown) =>
  error instanceof Error && error.name === 'CertificateError' && /^ERR_CERTIFICATE_(?:MALFORMED|UNSUPPORTED)$/.test((error as Error & { code: string }).code)

const getters = Object.entries(Object.getOwnPropertyDescriptors(Certificate.prototype)).filter(([, { get }]) => get !== undefined).map(([name]) => name)

function isWhole (certificate: Certificate): boolean {
  const values = getters.filter((each) => each !== 'publicKey').map((each) => certificate[each as keyof Certificate])
  const key = outcomeOf(() => certificate.publicKey)
  return values.length > 20 && JSON.stringify(certificate).length > 0 && (!(key instanceof Error) || isCertificateError(key))
}

const original = fc.constantFrom(...originals)
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const at = (der: Buffer, where: number) => Math.floor(where * der.length)

// Changes of octets, whatever they mean. Each takes the whole and gives another.
const octetChange: fc.Arbitrary<(der: Buffer) => Buffer> = fc.oneof(
  fc.tuple(place, fc.nat({ max: 7 })).map(([where, bit]) => (der: Buffer) => {
    const changed = Buffer.from(der)
    changed[at(der, where)] ^= 1 << bit
    return changed
  }),
  fc.tuple(place, fc.nat({ max: 255 })).map(([where, value]) => (der: Buffer) => {
    const changed = Buffer.from(der)
    changed[at(der, where)] = value
    return changed
  }),
  fc.tuple(place, fc.nat({ max: 40 })).map(([where, count]) => (der: Buffer) => Buffer.concat([der.subarray(0, at(der, where)), der.subarray(at(der, where) + count)])),
  fc.tuple(place, fc.uint8Array({ maxLength: 40 })).map(([where, more]) => (der: Buffer) => Buffer.concat([der.subarray(0, at(der, where)), more, der.subarray(at(der, where))])),
  place.map((where) => (der: Buffer) => der.subarray(0, at(der, where)))
)

/** A DER document as a tree, whose octets are written anew with right lengths: so a change deep inside is reached. */
interface Node {
  tag: number
  contents: Buffer
  /** What is inside, of a constructed element, or of an OCTET STRING that holds DER. */
  inside: Node[]
}

function nodeOf (element: Element): Node {
  const isConstructed = (element.tag & 0x20) !== 0
  return { tag: element.tag, contents: contents(element), inside: isConstructed || element.tag === tags.octetString ? insideOf(element) : [] }
}

function insideOf (element: Element): Node[] {
  const found = outcomeOf(() => children(element).map(nodeOf))
  return Array.isArray(found) ? found : []
}

const octetsOf = (node: Node): Buffer => write(node.tag, ...(node.inside.length > 0 ? node.inside.map(octetsOf) : [node.contents]))

const descendants = (node: Node): Node[] => [node, ...node.inside.flatMap(descendants)]

type Change = (node: Node, others: readonly Node[]) => void

// Changes of one node, of which everything around stays well formed.
const nodeChange: fc.Arbitrary<Change> = fc.oneof(
  fc.nat({ max: 255 }).map((tag): Change => (node) => { node.tag = tag }),
  fc.constantFrom(...Object.values(tags)).map((tag): Change => (node) => { node.tag = tag }),
  fc.uint8Array({ maxLength: 20 }).map((value): Change => (node) => { [node.contents, node.inside] = [Buffer.from(value), []] }),
  fc.tuple(place, fc.nat({ max: 255 })).map(([where, value]): Change => (node) => {
    const index = at(node.contents, where)
    ;[node.contents, node.inside] = [Buffer.concat([node.contents.subarray(0, index), Buffer.from([value]), node.contents.subarray(index)]), []]
  }),
  fc.nat().map((which): Change => (node) => { node.inside.splice(which % (node.inside.length + 1), 1) }),
  fc.nat().map((which): Change => (node) => { node.inside.push(...node.inside.slice(which % (node.inside.length + 1))) }),
  fc.constant<Change>((node) => { node.inside.reverse() }),
  fc.nat().map((which): Change => (node, others) => { Object.assign(node, others[which % others.length]) })
)

function mutate (der: Buffer, changes: ReadonlyArray<[number, Change]>): Buffer {
  let changed = der
  for (const [which, change] of changes) {
    const root = nodeOf(readElement(changed))
    const nodes = descendants(root)
    // A copy of each other node: a change must not make a node its own descendant.
    change(nodes[which % nodes.length], descendants(nodeOf(readElement(changed))))
    changed = octetsOf(root)
  }
  return changed
}

t.test('the originals can be read, and a tree of each is written as it was', async (t) => {
  for (const der of originals) {
    t.equal(readCertificate(der).raw, der)
    t.strictSame(mutate(der, [[0, () => {}]]), der)
  }
})

t.test('octets of real certificates, changed: each is read or refused', async () => {
  fc.assert(fc.property(original, fc.array(octetChange, { minLength: 1, maxLength: 3 }), (der, changes) =>
    isReadOrRefused(changes.reduce<Buffer>((changed, change) => change(changed), der))), { numRuns: 4000 })
})

t.test('elements of real certificates, changed: each is read or refused', async (t) => {
  const outcomes = { read: 0, refused: 0 }
  const change = fc.tuple(fc.nat({ max: 1_000_000 }), nodeChange)
  fc.assert(fc.property(original, fc.array(change, { minLength: 1, maxLength: 3 }), (der, changes) => {
    // The outermost element may no longer be one whose tag can be read again.
    const changed = outcomeOf(() => mutate(der, changes))
    if (!Buffer.isBuffer(changed)) return isCertificateError(changed)
    outcomes[outcomeOf(() => readCertificate(changed)) instanceof Certificate ? 'read' : 'refused']++
    return isReadOrRefused(changed)
  }), { numRuns: 4000 })
  t.ok(outcomes.read > 100 && outcomes.refused > 100, `both ways are taken: ${JSON.stringify(outcomes)}`)
})

t.test('every octet of a certificate, changed to any of a few: each is read or refused', async (t) => {
  const der = originals[3]
  for (let index = 0; index < der.length; index++) {
    for (const value of [0x00, 0x30, 0x80, 0xff, der[index] + 1]) {
      const changed = Buffer.from(der)
      changed[index] = value
      if (!isReadOrRefused(changed)) t.fail(`octet ${index} as ${value}`)
    }
  }
})

t.test('a certificate cut off anywhere is refused', async (t) => {
  const der = originals[3]
  const cut = Array.from(der, (_, length) => outcomeOf(() => readCertificate(der.subarray(0, length))))
  t.ok(cut.every(isCertificateError))
})

t.test('octets at random are refused', async () => {
  const random = fc.oneof(fc.uint8Array({ maxLength: 2000 }), fc.uint8Array({ maxLength: 200 }).map((more) => new Uint8Array([0x30, 0x82, 0x10, 0x00, ...more])))
  fc.assert(fc.property(random, (der) => isReadOrRefused(Buffer.from(der))), { numRuns: 1000 })
})

t.test('a whole that is all headers is refused', async (t) => {
  for (const header of ['30', '3080', '3000', '3081ff', '3082ffff', '3083018ffc', '3084ffffffff', '0600', '1f', '0282', '3003020100']) {
    t.ok(isReadOrRefused(Buffer.alloc(102_400, header, 'hex')), header)
  }
})

t.test('names, changed: each is read or refused, and its text is a text', async () => {
  fc.assert(fc.property(fc.array(octetChange, { minLength: 1, maxLength: 2 }), (changes) => {
    const name = outcomeOf(() => readDistinguishedName(changes.reduce<Buffer>((changed, change) => change(changed), subject)).toString())
    return typeof name === 'string' || isCertificateError(name)
  }), { numRuns: 2000 })
})

t.test('PEM, changed: certificates are read or refused', async () => {
  const text = writePem('CERTIFICATE', originals[1]) + writePem('CERTIFICATE', originals[3])
  fc.assert(fc.property(fc.array(octetChange, { minLength: 1, maxLength: 3 }), fc.boolean(), (changes, asText) => {
    const changed = changes.reduce<Buffer>((all, change) => change(all), Buffer.from(text))
    const found = outcomeOf(() => readCertificates(asText ? changed.toString('latin1') : changed))
    return Array.isArray(found) ? found.length > 0 && found.every(isWhole) : isCertificateError(found)
  }), { numRuns: 1000 })
})
