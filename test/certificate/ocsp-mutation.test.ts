import t from 'tap'
import fc from 'fast-check'
import { CertificateError } from '../../lib/errors.js'
import { BasicOcspResponse, OcspResponse, readOcspResponse, SingleResponse, write, writeSequence } from '../../lib/certificate/index.js'
import { children, contents, readElement, type Element } from '../../lib/certificate/der.js'
import { mint, mintAuthority } from '../helpers/mint.js'
import { extensionOf, octets } from './raw-certificate.js'
import { byKey, certsOf, failedOcspResponse, nonceOf, ocspExtensionsOf, rawOcspResponse, rawSingle, revoked, signedOcspResponse, unknown } from './raw-ocsp-response.js'

const authority = mintAuthority()
const delegate = mint({ subject: 'Responder', issuer: authority })
const originals = [
  rawOcspResponse(),
  signedOcspResponse(delegate, {
    responses: writeSequence(rawSingle({ certStatus: revoked('20260301000000Z', octets('0a0101')) }), rawSingle({ certStatus: unknown, nextUpdate: undefined, singleExtensions: ocspExtensionsOf(extensionOf('1.2.3', octets('0500'))) })),
    responseExtensions: ocspExtensionsOf(nonceOf(Buffer.alloc(32, 1)), extensionOf('1.2.3', octets('0500'), octets('0101ff')))
  }),
  signedOcspResponse(delegate, { responderID: byKey(authority.certificate), certs: certsOf(delegate.der) }),
  failedOcspResponse(3)
]

// Far more than reading takes, and far less than a hang: a shared machine may be slow.
const millisecondsAtMost = 2000

/** Whether reading gives a response none of whose properties throws, or a CertificateError: nothing else, and soon. */
function isReadOrRefused (der: Buffer): boolean {
  const start = performance.now()
  const outcome = outcomeOf(der)
  const isRight = outcome instanceof OcspResponse ? isWhole(outcome) : isCertificateError(outcome)
  return isRight && performance.now() - start < millisecondsAtMost
}

function outcomeOf (der: Buffer): unknown {
  try {
    return readOcspResponse(der)
  } catch (error) {
    return error
  }
}

const isCertificateError = (error: unknown) => error instanceof CertificateError && ['ERR_CERTIFICATE_MALFORMED', 'ERR_CERTIFICATE_UNSUPPORTED'].includes(error.code)

const gettersOf = (prototype: object) => Object.entries(Object.getOwnPropertyDescriptors(prototype)).filter(([, { get }]) => get !== undefined).map(([name]) => name)
const valuesOf = (value: object, prototype: object) => gettersOf(prototype).map((each) => value[each as keyof typeof value])

function isWhole (response: OcspResponse): boolean {
  const { basicResponse } = response
  if (basicResponse === undefined) return response.responseStatus !== 'successful'
  const singles = basicResponse.responses.flatMap((each) => valuesOf(each, SingleResponse.prototype))
  return valuesOf(basicResponse, BasicOcspResponse.prototype).length > 8 && singles.length === 4 * basicResponse.responses.length && JSON.stringify(response).length > 0
}

const original = fc.constantFrom(...originals)
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const at = (der: Buffer, where: number) => Math.floor(where * der.length)
const replaced = (der: Buffer, from: number, count: number, octets: Uint8Array) => Buffer.concat([der.subarray(0, from), octets, der.subarray(from + count)])

// Changes of octets, whatever they mean. Each takes the whole and gives another.
const octetChange: fc.Arbitrary<(der: Buffer) => Buffer> = fc.oneof(
  fc.tuple(place, fc.nat({ max: 255 })).map(([where, value]) => (der: Buffer) => replaced(der, at(der, where), 1, Buffer.from([value]))),
  fc.tuple(place, fc.constantFrom(0x00, 0x04, 0x0a, 0x18, 0x30, 0x80, 0x82, 0xa0, 0xa1, 0xa2, 0xff)).map(([where, value]) => (der: Buffer) => replaced(der, at(der, where), 1, Buffer.from([value]))),
  fc.tuple(place, fc.nat({ max: 40 })).map(([where, count]) => (der: Buffer) => replaced(der, at(der, where), count, new Uint8Array())),
  fc.tuple(place, fc.uint8Array({ maxLength: 40 })).map(([where, more]) => (der: Buffer) => replaced(der, at(der, where), 0, more)),
  place.map((where) => (der: Buffer) => der.subarray(0, at(der, where)))
)

/** A response as a tree, whose octets are written anew with right lengths: so a change deep inside is reached. */
interface Node {
  tag: number
  contents: Buffer
  inside: Node[]
}

function nodeOf (element: Element): Node {
  const mayHold = (element.tag & 0x20) !== 0 || element.tag === 0x04
  return { tag: element.tag, contents: contents(element), inside: mayHold ? insideOf(element) : [] }
}

function insideOf (element: Element): Node[] {
  try {
    return children(element).map(nodeOf)
  } catch (error) {
    if (isCertificateError(error)) return []
    throw error
  }
}

const octetsOf = (node: Node): Buffer => write(node.tag, ...(node.inside.length > 0 ? node.inside.map(octetsOf) : [node.contents]))

const descendants = (node: Node): Node[] => [node, ...node.inside.flatMap(descendants)]

type Change = (node: Node, others: readonly Node[]) => void

const nodeChange: fc.Arbitrary<Change> = fc.oneof(
  fc.constantFrom(0x02, 0x04, 0x05, 0x06, 0x0a, 0x18, 0x30, 0x80, 0x82, 0xa0, 0xa1, 0xa2).map((tag): Change => (node) => { node.tag = tag }),
  fc.uint8Array({ maxLength: 20 }).map((value): Change => (node) => { [node.contents, node.inside] = [Buffer.from(value), []] }),
  fc.nat().map((which): Change => (node) => { node.inside.splice(which % (node.inside.length + 1), 1) }),
  fc.nat().map((which): Change => (node) => { node.inside.push(...node.inside.slice(which % (node.inside.length + 1))) }),
  fc.constant<Change>((node) => { node.inside.reverse() }),
  fc.nat().map((which): Change => (node, others) => { Object.assign(node, others[which % others.length]) })
)

function changedNode (der: Buffer, which: number, change: Change): Buffer {
  const root = nodeOf(readElement(der))
  const nodes = descendants(root)
  // A copy of each other node: a change must not make a node its own descendant.
  change(nodes[which % nodes.length], descendants(nodeOf(readElement(der))))
  return octetsOf(root)
}

t.test('the originals can be read, and a tree of each is written as it was', async (t) => {
  for (const der of originals) {
    t.ok(isWhole(readOcspResponse(der)))
    t.strictSame(changedNode(der, 0, () => {}), der)
  }
})

t.test('octets of responses, changed: each is read or refused', async () => {
  fc.assert(fc.property(original, fc.array(octetChange, { minLength: 1, maxLength: 3 }), (der, changes) =>
    isReadOrRefused(changes.reduce<Buffer>((changed, change) => change(changed), der))), { numRuns: 4000 })
})

t.test('elements of responses, changed: each is read or refused', async (t) => {
  const outcomes = { read: 0, refused: 0 }
  fc.assert(fc.property(original, fc.nat({ max: 1_000_000 }), nodeChange, (der, which, change) => {
    const changed = changedNode(der, which, change)
    outcomes[outcomeOf(changed) instanceof OcspResponse ? 'read' : 'refused']++
    return isReadOrRefused(changed)
  }), { numRuns: 4000 })
  t.ok(outcomes.read > 100 && outcomes.refused > 100, `both ways are taken: ${JSON.stringify(outcomes)}`)
})

t.test('every octet of a response, changed to any of a few: each is read or refused', async (t) => {
  for (const der of originals) {
    for (let index = 0; index < der.length; index++) {
      for (const value of [0x00, 0x30, 0x80, 0xff, der[index] + 1, der[index] - 1]) {
        if (!isReadOrRefused(replaced(der, index, 1, Buffer.from([value])))) t.fail(`octet ${index} as ${value}`)
      }
    }
  }
})

t.test('a response cut off anywhere is refused', async (t) => {
  for (const der of originals) t.ok(Array.from(der, (_, length) => outcomeOf(der.subarray(0, length))).every(isCertificateError))
})

t.test('octets at random, and a whole that is all headers, are refused', async (t) => {
  const random = fc.oneof(fc.uint8Array({ maxLength: 2000 }), fc.uint8Array({ maxLength: 200 }).map((more) => new Uint8Array([0x30, 0x82, 0x10, 0x00, ...more])))
  fc.assert(fc.property(random, (der) => isReadOrRefused(Buffer.from(der))), { numRuns: 1000 })
  for (const header of ['30', '3080', '3000', '3081ff', '3083018ffc', '3084ffffffff', '1f', '3003020100']) t.ok(isReadOrRefused(Buffer.alloc(65_536, header, 'hex')), header)
})
