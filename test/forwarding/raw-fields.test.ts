import t from 'tap'
import { RawFields } from '../../lib/forwarding/raw-fields.js'
import { malformed } from './malformed.js'

const fields = new RawFields(['x-cert', 'x-chain'])

t.test('fields are found by their names, in any case', async (t) => {
  t.strictSame(fields.read(['Host', 'a', 'X-CERT', 'one', 'x-chain', 'two']), ['one', 'two'])
  t.strictSame(fields.read(['X-Chain', 'two', 'x-chat', '', 'Connection', 'keep-alive']), [undefined, 'two'])
  t.strictSame(fields.read(['connection', 'close', 'x-cert', '']), ['', undefined])
  t.equal(fields.read(['Host', 'a', 'x-cart', '1', 'x-certs', '2', 'connection', 'Upgrade, x-certs']), undefined)
  t.equal(fields.read([]), undefined)
  const all = 'a-bcdefghijklmnopqrstuvwxyz0123456789'
  t.strictSame(new RawFields([all]).read([all.toUpperCase(), '1']), ['1'])
  // Neighbours of the letters in ASCII stand for themselves.
  t.equal(new RawFields(['x-`{']).read(['x-@[', '1']), undefined)
})

t.test('what a proxy alone would not have written is refused', async (t) => {
  t.throws(() => fields.read(['x-cert', 'one', 'X-Cert', 'two']), malformed('the field x-cert is there more than once'))
  t.throws(() => fields.read(['x-cert', 'one', 'x-cert', 'one']), malformed('the field x-cert is there more than once'))
  t.throws(() => fields.read(['X_Cert', 'one']), malformed('the field X_Cert looks like x-cert and is not'))
  t.throws(() => fields.read(['x-cert', 'one', 'x_chain', 'two']), malformed('the field x_chain looks like x-chain and is not'))
  t.throws(() => fields.read(['x-cert', 'one', 'x_cert', 'two']), malformed('the field x_cert looks like x-cert and is not'))
  t.throws(() => fields.read(['x-cert', 'a'.repeat(16_385)]), malformed('the field x-cert has more than 16384 octets'))
  t.strictSame(fields.read(['x-cert', 'a'.repeat(16_384)])?.[0]?.length, 16_384)
})

t.test('who names a field in Connection would have it taken away', async (t) => {
  for (const connection of ['x-cert', 'close, X-Cert', 'keep-alive,x-chain , foo']) {
    t.throws(() => fields.read(['x-cert', 'one', 'CONNECTION', connection]), malformed(/^the field x-c(?:ert|hain) is named in Connection$/), connection)
    // Also where it has been taken away already.
    t.throws(() => fields.read(['connection', 'close', 'host', 'a', 'Connection', connection]), malformed(/is named in Connection$/), connection)
  }
})

t.test('fields are taken away in every spelling, and nothing else is', async (t) => {
  const raw = ['Host', 'a', 'X-Cert', '1', 'x_cert', '2', 'x-cert', '3', 'X_CHAIN', '4', 'Accept', 'b']
  const parsed: Record<string, unknown> = { host: 'a', 'x-cert': '1, 3', x_cert: '2', x_chain: '4', accept: 'b' }
  t.strictSame(fields.remove({ rawHeaders: raw, headers: parsed }), ['X-Cert', 'x_cert', 'x-cert', 'X_CHAIN'])
  t.strictSame(raw, ['Host', 'a', 'Accept', 'b'])
  t.strictSame(parsed, { host: 'a', accept: 'b' })
  t.strictSame(fields.remove({ rawHeaders: raw, headers: parsed }), [])
})
