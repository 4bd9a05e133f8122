import { generateKeyPairSync, getCurves } from 'node:crypto'
import t from 'tap'
import { namedCurve, readAlgorithmIdentifier } from '../../lib/certificate/index.js'
import { curvesByOrder } from '../../lib/certificate/named-curves.js'
import { children, encoding, readInteger, readWhole, tags } from '../../lib/certificate/der.js'

// Each curve that node:crypto can make keys on, but for those that have no object identifier.
const curves = getCurves().filter((name) => !name.startsWith('Oakley'))

const algorithmOf = (namedCurve: string, paramEncoding: 'named' | 'explicit') => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve, paramEncoding })
  const [algorithm] = children(readWhole(publicKey.export({ type: 'spki', format: 'der' }), tags.sequence, 'SubjectPublicKeyInfo'))
  return algorithm
}

t.test('each curve has the order that node:crypto spells out for it', async (t) => {
  for (const name of curves) {
    const [, parameters] = children(algorithmOf(name, 'explicit'))
    // SEC 1, appendix C.2: version, fieldID, curve, base, order, cofactor.
    const order = BigInt(`0x${readInteger(children(parameters)[4]).toString('hex')}`)
    const found = namedCurve(readAlgorithmIdentifier(Buffer.from(encoding(algorithmOf(name, 'named')))))
    t.strictSame([found.order, found.bits], [order, order.toString(2).length], name)
  }
  t.ok(curves.includes('secp521r1'))
})

t.test('each order is there once', async (t) => {
  const orders = curvesByOrder.map(({ order }) => order)
  t.equal(new Set(orders).size, orders.length)
})
