import fc from 'fast-check'
import t from 'tap'
import { readXfcc } from '../../lib/forwarding/xfcc.js'
import { malformed } from './malformed.js'

const asObjects = (field: string) => readXfcc(field).map((element) => Object.fromEntries(element))

t.test('elements, keys and values are told apart', async (t) => {
  t.strictSame(asObjects('By=a;Hash=b'), [{ by: ['a'], hash: ['b'] }])
  t.strictSame(asObjects('BY=a , hash=b; Subject=""'), [{ by: ['a '] }, { hash: ['b'], subject: [''] }])
  t.strictSame(asObjects('Subject="/C=US;O=a, b=c";URI=;DNS=a;DNS=b'), [{ subject: ['/C=US;O=a, b=c'], uri: [''], dns: ['a', 'b'] }])
  t.strictSame(asObjects('Subject="CN=a\\"b\\\\",Hash=c'), [{ subject: ['CN=a"b\\'] }, { hash: ['c'] }])
  // Names in the form of RFC 2253 have backslashes of their own.
  t.strictSame(asObjects('Subject="CN=a\\,b\\+c"'), [{ subject: ['CN=a\\,b\\+c'] }])
  t.strictSame(asObjects('By=a;,Hash="b";'), [{ by: ['a'] }, { hash: ['b'] }])
  t.strictSame(asObjects('URI=spiffe://a/b=c'), [{ uri: ['spiffe://a/b=c'] }])
})

t.test('a quote ends where it ends, and a backslash before a backslash hides none', async (t) => {
  t.strictSame(asObjects('Subject="CN=a\\\\";Hash=b,Subject="c"'), [{ subject: ['CN=a\\'], hash: ['b'] }, { subject: ['c'] }])
  t.throws(() => readXfcc('Subject="CN=a\\";Hash=b'), malformed('a value of XFCC goes on behind its quotes, or has none where it needs them'))
})

t.test('what breaks the form is refused', async (t) => {
  const noKey = 'an element of XFCC has something that is no key with its value'
  const goesOn = 'a value of XFCC goes on behind its quotes, or has none where it needs them'
  const cases: Array<[field: string, message: string]> = [
    ['', noKey], [' ', noKey], ['Hash', noKey], ['=a', noKey], ['Hash=a,', noKey], [',Hash=a', noKey], ['Hash=a;;', noKey], ['Hash=a,;', noKey], ['Hash=a,,Hash=b', noKey], ['Hash=a;;By=b', noKey],
    ['Ha sh=a', noKey], ['Hash =a', noKey], ['By-x=a', noKey], ['"Hash"=a', noKey],
    ['Hash="a', goesOn], ['Hash="a"b', goesOn], ['Hash=a"b"', goesOn], ['Hash="a\\"', goesOn], ['Hash="a" "b"', goesOn]
  ]
  for (const [field, message] of cases) t.throws(() => readXfcc(field), malformed(message), JSON.stringify(field))
})

t.test('there is an end to how many pairs there are', async (t) => {
  t.strictSame(asObjects('URI=a;'.repeat(1000)), [{ uri: Array(1000).fill('a') }])
  for (const end of [';', ',']) t.throws(() => readXfcc(`a=${end}`.repeat(1001)), malformed('XFCC has more than 1000 keys with their values'))
})

const text = fc.string({ unit: fc.constantFrom(...'abC ="\\,;:/%\u00fc'), maxLength: 12 })
const element = fc.array(fc.tuple(fc.constantFrom('By', 'Hash', 'Cert', 'Chain', 'Subject', 'URI', 'DNS', 'Other'), text), { minLength: 1, maxLength: 6 })
const needsQuotes = /[",;=\\]|^$/
const written = ([key, value]: readonly [string, string]) => `${key}=${needsQuotes.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : value}`

t.test('what is written at random reads as it was', async (t) => {
  t.doesNotThrow(() => fc.assert(fc.property(fc.array(element, { minLength: 1, maxLength: 4 }), (elements) => {
    const found = readXfcc(elements.map((each) => each.map(written).join(';')).join(','))
    const wanted = elements.map((each) => each.reduce<Record<string, string[]>>((all, [key, value]) => ({ ...all, [key.toLowerCase()]: [...all[key.toLowerCase()] ?? [], value] }), {}))
    return JSON.stringify(found.map((each) => Object.fromEntries(each))) === JSON.stringify(wanted)
  }), { numRuns: 500 }))
})
