import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { parseDistinguishedName, writePem, type Extension } from '../../lib/certificate/index.js'
import { write, writeSequence } from '../../lib/certificate/der-writer.js'
import { CertificationPathError } from '../../lib/errors.js'
import { basicConstraints, keyUsage, mintAuthority, mintClient, newKeys, type Minted } from '../helpers/mint.js'
import { parts } from '../helpers/parts.js'
import { extension, judge } from './scene.js'

// Names and subtrees of which OpenSSL says the same as RFC 5280: no patterns, no leading periods of a dNSName, nothing
// that cannot be read. A commonName that is a host name OpenSSL holds against constraints only where there is no dNSName.
const text = (tag: number, ...values: readonly string[]) => values.map((value) => write(tag, Buffer.from(value)))
const directory = (...names: readonly string[]) => names.map((name) => write(0xa4, parseDistinguishedName(name).raw))
const address = (...octets: number[]) => write(0x87, Buffer.from(octets))
const zeros = (count: number) => new Array<number>(count).fill(0)

const names = [
  ...text(0x82, 'example.com', 'a.example.com', 'b.a.example.com', 'notexample.com', 'EXAMPLE.com', 'example.org'),
  ...text(0x81, 'joe@example.com', 'Joe@example.com', 'joe@a.example.com', 'jane@EXAMPLE.com', 'joe@notexample.com'),
  ...text(0x86, 'https://example.com/', 'https://a.example.com:8443/x', 'spiffe://example.com', 'https://example.org/example.com'),
  ...directory('O=Example,C=DE', 'CN=a,O=Example,C=DE', 'CN=a,O=Example,C=FR', 'O=EXAMPLE,C=DE'),
  address(192, 0, 2, 1), address(192, 0, 3, 1), address(0x20, 1, 0xd, 0xb8, ...zeros(11), 1), address(0x20, 2, ...zeros(14))
]

const subjects = ['CN=the client', 'CN=the client,O=Example,C=DE', '', 'CN=a.example.com', 'CN=example.org', 'E=joe@example.com', 'E=joe@example.org,CN=the client']
const isHost = (subject: string) => /^CN=[a-z.]+$/.test(subject)
const isHostName = (name: Buffer) => name[0] === 0x82

const bases = [
  ...text(0x82, 'example.com', 'a.example.com', 'com', 'Example.COM', ''),
  ...text(0x81, 'joe@example.com', 'example.com', '.example.com', 'a.example.com'),
  ...text(0x86, 'example.com', '.example.com', 'example.org'),
  ...directory('C=DE', 'O=Example,C=DE', 'CN=a,O=example,C=DE', 'C=FR'),
  address(192, 0, 2, 0, 255, 255, 255, 0), address(192, 0, 2, 0, 255, 255, 254, 0), address(0x20, 1, ...zeros(14), 255, 255, ...zeros(14))
]

const subtrees = (tag: number, of: readonly Buffer[]) => of.length === 0 ? [] : [write(tag, ...of.map((base) => writeSequence(base)))]
const constraints = (permitted: readonly Buffer[], excluded: readonly Buffer[]): Extension[] =>
  permitted.length + excluded.length === 0 ? [] : [extension('2.5.29.30', writeSequence(...subtrees(0xa0, permitted), ...subtrees(0xa1, excluded)))]

const period = { notBefore: new Date('2030-01-01T00:00:00Z'), notAfter: new Date('2031-01-01T00:00:00Z') }
const at = new Date('2030-06-15T12:00:00Z')
const keys = [newKeys(), newKeys(), newKeys(), newKeys()]
const caExtensions = [basicConstraints(true), keyUsage('keyCertSign')]
const root = mintAuthority({ subject: 'the root', keys: keys[0], ...period })

const some = (of: readonly Buffer[], maxLength: number) => fc.subarray([...of], { minLength: 0, maxLength })
const said = fc.record({ permitted: some(bases, 4), excluded: some(bases, 2) })

t.test('openssl verify lets the same names be', { skip: parts.missing('openssl') }, async (t) => {
  const folder = t.testdir()
  const count = { good: 0, bad: 0 }
  const written = (name: string, ...minted: readonly Minted[]) => {
    const path = join(folder, name)
    writeFileSync(path, minted.map(({ der }) => writePem('CERTIFICATE', der)).join(''))
    return path
  }
  const openssl = (leaf: Minted, intermediates: readonly Minted[]): boolean => {
    const { status, stderr } = spawnSync('openssl', ['verify', '-attime', `${at.getTime() / 1000}`, '-no-CApath', '-no-CAstore', '-CAfile', written('root.pem', root),
      '-untrusted', written('intermediates.pem', ...intermediates), written('leaf.pem', leaf)], { encoding: 'utf8' })
    if (status !== 0 && !/permitted subtree violation|excluded subtree violation/.test(stderr)) throw new Error(`openssl verify: ${stderr}`)
    return status === 0
  }
  fc.assert(fc.property(said, fc.option(said, { nil: undefined, freq: 2 }), some(names, 4), fc.constantFrom(...subjects), (above, below, several, subject) => {
    const upper = mintAuthority({ subject: 'the upper', issuer: root, keys: keys[1], ...period, extensions: [...caExtensions, ...constraints(above.permitted, above.excluded)] })
    const lower = below && mintAuthority({ subject: parseDistinguishedName('CN=the lower,O=Example,C=DE').raw, issuer: upper, keys: keys[2], ...period, extensions: [...caExtensions, ...constraints(below.permitted, below.excluded)] })
    const intermediates = lower === undefined ? [upper] : [upper, lower]
    const named = several.length === 0 ? text(0x82, 'example.com') : several
    if (isHost(subject) && named.some(isHostName)) return
    const leaf = mintClient(lower ?? upper, { subject: parseDistinguishedName(subject).raw, keys: keys[3], ...period, extensions: [basicConstraints(false), extension('2.5.29.17', writeSequence(...named))] })
    const isGood = goodHere(leaf, intermediates)
    count[isGood ? 'good' : 'bad']++
    if (isGood !== openssl(leaf, intermediates)) throw new Error(`${isGood ? 'good' : 'bad'} here, and not by openssl`)
  }), { numRuns: Number(process.env.NAME_RUNS ?? 150) })
  t.comment(JSON.stringify(count))
  for (const [kind, times] of Object.entries(count)) t.ok(times > 0, kind)
})

function goodHere (leaf: Minted, intermediates: readonly Minted[]): boolean {
  try {
    judge(leaf.certificate, [root.certificate], intermediates.map(({ certificate }) => certificate), { at })
    return true
  } catch (error) {
    if (error instanceof CertificationPathError && error.rule === 'NAME_CONSTRAINTS') return false
    throw error
  }
}
