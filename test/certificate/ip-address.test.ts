import { isIP } from 'node:net'
import t from 'tap'
import fc from 'fast-check'
import { formatAddress, parseAddress } from '../../lib/certificate/ip-address.js'
import { malformed, octets } from './raw-certificate.js'

t.test('addresses are written in the form of RFC 5952', async (t) => {
  const addresses: Array<[string, string]> = [
    ['7f000001', '127.0.0.1'],
    ['00000000', '0.0.0.0'],
    ['00000000000000000000000000000000', '::'],
    ['00000000000000000000000000000001', '::1'],
    ['20010db8000000000000000000000000', '2001:db8::'],
    ['20010db8000000010000000000000001', '2001:db8:0:1::1'],
    ['20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
    ['20010db8000100010001000100010001', '2001:db8:1:1:1:1:1:1'],
    ['20010db8000000010001000100010001', '2001:db8:0:1:1:1:1:1'],
    ['00000000000000000000ffff7f000001', '::ffff:7f00:1']
  ]
  for (const [hex, text] of addresses) t.equal(formatAddress(octets(hex)), text)
})

t.test('an address has 4 or 16 octets', async (t) => {
  for (const length of [0, 3, 5, 8, 15, 17, 32]) t.throws(() => formatAddress(Buffer.alloc(length)), malformed(`iPAddress has ${length} octets`))
})

t.test('addresses are read in every form of RFC 4291', async (t) => {
  const addresses: Array<[string, string]> = [
    ['127.0.0.1', '7f000001'],
    ['255.255.255.255', 'ffffffff'],
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['1::', '00010000000000000000000000000000'],
    ['2001:DB8::a', '20010db800000000000000000000000a'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
    ['::ffff:127.0.0.1', '00000000000000000000ffff7f000001'],
    ['1:2:3:4:5:6:127.0.0.1', '0001000200030004000500067f000001']
  ]
  for (const [text, hex] of addresses) t.strictSame(parseAddress(text), octets(hex), text)
})

t.test('a text that is no address is told', async (t) => {
  const wrong = [
    '', 'localhost', '1.2.3', '1.2.3.4.5', '256.0.0.1', '01.2.3.4', '1.2.3.4 ', '1.2.3.-4', '1.2.3.0x4', ':', ':::', '1', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9',
    '1::2::3', '1:2:3:4::5:6:7:8', '12345::', 'g::', ':1', '1:', '1:::2', '::1%eth0', '[::1]', '1.2.3.4::', '::1.2.3.4:5', '::1.2.3', '::256.1.1.1', '10.0.0.0/8'
  ]
  for (const text of wrong) t.equal(parseAddress(text), undefined, text)
})

t.test('Node tells addresses from other texts in the same way', async () => {
  const almost = fc.array(fc.constantFrom('::', ':', '0', '1', 'ffff', '255', '.', '1.2.3.4', 'a'), { maxLength: 16 }).map((pieces) => pieces.join(''))
  fc.assert(fc.property(fc.oneof(almost, fc.ipV4(), fc.ipV6()), (text) => (parseAddress(text) !== undefined) === (isIP(text) !== 0)), { numRuns: 3000 })
  fc.assert(fc.property(fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 })), (address) => {
    const text = formatAddress(Buffer.from(address))
    return isIP(text) !== 0 && parseAddress(text)!.equals(address)
  }))
})
