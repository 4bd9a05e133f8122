import t from 'tap'
import { parseDistinguishedName, readDistinguishedName, tags, write, writeObjectIdentifier, writeSequence, writeSet } from '../../lib/certificate/index.js'
import { normalized } from '../../lib/certificate/normalization.js'
import { shortened } from '../../lib/errors.js'

const normalize = String.prototype.normalize

/** How many characters were normalized meanwhile, and the most that were given at once. */
function watch (work: () => unknown): { total: number, longest: number } {
  const seen = { total: 0, longest: 0 }
  // eslint-disable-next-line no-extend-native
  String.prototype.normalize = function (this: string, form?: string) {
    seen.total += this.length
    seen.longest = Math.max(seen.longest, this.length)
    return normalize.call(this, form)
  }
  try {
    work()
  } finally {
    // eslint-disable-next-line no-extend-native
    String.prototype.normalize = normalize
  }
  return seen
}

const commonName = (text: string) => readDistinguishedName(writeSequence(writeSet(writeSequence(writeObjectIdentifier('2.5.4.3'), write(tags.utf8String, Buffer.from(text))))))

t.test('text is normalized as ever, up to 30 marks in a row', async (t) => {
  for (const text of ['', 'plain', 'é', 'ﷺ', '각', `a${'\u0316\u0315'.repeat(15)}b`, 'ガ', '\u0316\uff9ex']) t.equal(normalized(text), text.normalize('NFKC'))
})

t.test('more marks are normalized 30 at a time, each once', async (t) => {
  for (const marks of ['\u0315\u0316', '\u0344\u0316', '\u0316\uff9e', '\u0345\uff9f\u0316']) {
    const text = `a${marks.repeat(20_000)}c`
    t.match(watch(() => normalized(text)), { total: text.length, longest: 31 })
  }
})

t.test('every character that becomes a mark by normalization counts as one', async (t) => {
  const sorted: string[] = []
  for (let code = 0; code < 0x110000; code++) {
    const character = String.fromCodePoint(code)
    // A mark of a lower class is sorted before the one that stands there.
    if (/[\p{M}\p{Surrogate}\uff9e\uff9f]/u.test(character)) continue
    if (`a\u0315${character}`.normalize('NFKD') !== `a\u0315${character.normalize('NFKD')}`) sorted.push(code.toString(16))
  }
  t.strictSame(sorted, [])
})

t.test('a name of more than 4,096 characters is not normalized, but spaces, case and what is not seen do not tell', async (t) => {
  const long = 'ﷺ'.repeat(5000)
  const work = watch(() => t.equal(commonName(long).equals(commonName(`${long}.`)), false))
  t.strictSame(work, { total: 0, longest: 0 })
  t.equal(commonName(`Évil${'\u00ad'.repeat(20_000)}`).equals(commonName('évil')), true)
  t.equal(commonName(`  É${' '.repeat(20_000)}vil `).equals(commonName('é vil')), true)
  t.equal(commonName(`${long}A`).equals(commonName(`${long}a`)), true)
})

t.test('names whose attributes are of other types are not normalized at all', async (t) => {
  const other = parseDistinguishedName('CN=é,O=é')
  t.strictSame(watch(() => { t.equal(other.equals(parseDistinguishedName('O=é')), false); t.equal(other.equals(parseDistinguishedName('O=é,CN=é')), false) }), { total: 0, longest: 0 })
})

t.test('what stands behind a base does not keep a name from being within it', async (t) => {
  const base = parseDistinguishedName('O=Évil')
  t.equal(parseDistinguishedName(`CN=${'a'.repeat(90_000)},O=évil`).isWithin(base), true)
  t.equal(parseDistinguishedName(`CN=${'ﷺ'.repeat(9000)},O=good`).isWithin(base), false)
  t.equal(base.isWithin(parseDistinguishedName('CN=a,O=évil')), false)
})

t.test('a short text of a name is the whole of it, or its beginning and how many characters were left out', async (t) => {
  for (const text of ['', 'CN=alice,OU=Operations,O=Example', 'CN=\\ a\\,b', 'CN=a+OU=b,1.2.3=#0c0161']) t.equal(parseDistinguishedName(text).toShortString(), text)
  t.equal(parseDistinguishedName(`CN=${'a'.repeat(30_000)},O=Example`).toShortString(), `CN=${'a'.repeat(200)}… (29807 more characters)`)
  t.equal(parseDistinguishedName(`CN=x,O=${'é'.repeat(300)},C=NL`).toShortString(), `CN=x,O=${'é'.repeat(98)}… (204 more characters)`)
  t.match(parseDistinguishedName(`1.2.3=#0c8201f4${'61'.repeat(500)}`).toShortString(), /^1\.2\.3=#0c8201f4(?:61){95}6… \(809 more characters\)$/)
  t.ok(commonName('\u00ad'.repeat(40_000)).toShortString().length < 250)
  t.ok(Buffer.byteLength(commonName('😀'.repeat(9000)).toShortString()) < 250)
})

t.test('a text is shortened by bytes, and never inside a character', async (t) => {
  t.equal(shortened('a'.repeat(200)), 'a'.repeat(200))
  t.equal(shortened('a'.repeat(201)), `${'a'.repeat(200)}… (1 more characters)`)
  t.equal(shortened('😀'.repeat(100), 9), '😀… (198 more characters)')
  t.equal(shortened('\u0001'.repeat(100), 12), '\u0001\u0001… (98 more characters)')
})
