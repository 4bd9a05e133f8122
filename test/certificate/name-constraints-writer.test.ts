import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import {
  basicConstraintsExtension, keyUsageExtension, nameConstraintsExtension, parseDistinguishedName, subjectAltNameExtension,
  type GeneralNameText, type NameConstraintsText, type NameSubtreeText
} from '../../lib/certificate/index.js'
import { mintAuthority, mintClient } from '../helpers/mint.js'
import { parts } from '../helpers/parts.js'

const error = (message: string) => ({ name: 'CertificateError', code: 'ERR_CERTIFICATE_MALFORMED', message })

const all: NameConstraintsText = {
  permitted: [
    { type: 'dNSName', value: 'example.com' },
    { type: 'rfc822Name', value: 'a@example.com' }, { type: 'rfc822Name', value: 'example.com' }, { type: 'rfc822Name', value: '.example.com' },
    { type: 'uniformResourceIdentifier', value: 'example.com' }, { type: 'uniformResourceIdentifier', value: '.example.com' },
    { type: 'iPAddress', value: '10.0.0.0/8' }, { type: 'iPAddress', value: '2001:db8::/33' },
    { type: 'directoryName', value: 'O=Example,C=NL' }
  ],
  excluded: [{ type: 'dNSName', value: '' }, { type: 'iPAddress', value: '0.0.0.0/0' }, { type: 'directoryName', value: parseDistinguishedName('O=Other') }]
}

const authorityWith = (constraints: NameConstraintsText) => mintAuthority({
  extensions: [basicConstraintsExtension(true), keyUsageExtension('keyCertSign', 'cRLSign'), nameConstraintsExtension(constraints)]
})

t.test('the extension is critical, and of the least DER', async (t) => {
  const { type, critical, value } = nameConstraintsExtension({ permitted: [{ type: 'dNSName', value: 'a' }] })
  t.strictSame({ type, critical, value: value.toString('hex') }, { type: '2.5.29.30', critical: true, value: '3007a0053003820161' })
  const excluded = nameConstraintsExtension({ excluded: [{ type: 'dNSName', value: '' }] })
  t.equal(excluded.value.toString('hex'), '3006a10430028200')
  t.ok(Object.isFrozen(excluded))
})

t.test('what is written is what our reader reads', async (t) => {
  const { permittedSubtrees, excludedSubtrees } = authorityWith(all).certificate.nameConstraints!
  const bases = (subtrees: typeof permittedSubtrees) => subtrees!.map(({ base }) => [base.type, base.type === 'iPAddress' ? base.octets.toString('hex') : String((base as { value: unknown }).value)])
  t.strictSame(bases(permittedSubtrees), [
    ['dNSName', 'example.com'],
    ['rfc822Name', 'a@example.com'], ['rfc822Name', 'example.com'], ['rfc822Name', '.example.com'],
    ['uniformResourceIdentifier', 'example.com'], ['uniformResourceIdentifier', '.example.com'],
    ['iPAddress', '0a000000ff000000'], ['iPAddress', `20010db8${'0'.repeat(24)}ffffffff80${'0'.repeat(22)}`],
    ['directoryName', 'O=Example,C=NL']
  ])
  t.strictSame(bases(excludedSubtrees), [['dNSName', ''], ['iPAddress', '0000000000000000'], ['directoryName', 'O=Other']])
  const one = authorityWith({ permitted: [{ type: 'dNSName', value: 'a' }] }).certificate.nameConstraints!
  t.equal(one.excludedSubtrees, undefined)
})

t.test('each length of a mask is written', async (t) => {
  const mask = (block: string, length: number) => nameConstraintsExtension({ permitted: [{ type: 'iPAddress', value: block }] }).value.subarray(-length).toString('hex')
  for (let bits = 0; bits <= 32; bits++) t.equal(parseInt(mask(`0.0.0.0/${bits}`, 4), 16), bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0, `/${bits}`)
  t.equal(mask('::/0', 16), '0'.repeat(32))
  t.equal(mask('::1/128', 16), 'f'.repeat(32))
})

t.test('lists that would say nothing, or the contrary of what was meant, are refused', async (t) => {
  t.throws(() => nameConstraintsExtension({}), error('neither permitted nor excluded names are given'))
  t.throws(() => nameConstraintsExtension({ permitted: [] }), error('the list of permitted names is empty'))
  t.throws(() => nameConstraintsExtension({ permitted: all.permitted, excluded: [] }), error('the list of excluded names is empty'))
})

t.test('a subtree that its type cannot hold is refused, and shown', async (t) => {
  const wildcard = 'has a wildcard (a dNSName stands for every name below it without one)'
  const block = 'is no IPv4 or IPv6 address with the number of its bits that count, as 10.0.0.0/8'
  const cases: ReadonlyArray<[NameSubtreeText['type'], string, string]> = [
    ['dNSName', '.example.com', 'begins with a dot (a dNSName stands for every name below it without one)'],
    ['dNSName', '*.example.com', wildcard], ['dNSName', 'exämple.com', 'is not ASCII (write an internationalized name with xn--)'],
    ['dNSName', '10.0.0.1', 'is an address: its type is iPAddress'], ['dNSName', 'a b', 'is not a DNS name'], ['dNSName', 'a\0', 'holds a control character'],
    ['rfc822Name', '', 'is empty'], ['rfc822Name', '*.example.com', 'has a wildcard (begin with a dot for every host below)'],
    ['rfc822Name', '@example.com', 'is not of the form local-part@domain'], ['rfc822Name', '..example.com', 'is not a DNS name'],
    ['uniformResourceIdentifier', 'https://example.com/', 'is not a DNS name'], ['uniformResourceIdentifier', '.', 'is not a DNS name'],
    ['uniformResourceIdentifier', '*.a', 'has a wildcard (begin with a dot for every host below)'],
    ['iPAddress', '10.0.0.0', block], ['iPAddress', '10.0.0.0/33', block], ['iPAddress', '10.0.0.0/08', block], ['iPAddress', '10.0.0.0/255.0.0.0', block],
    ['iPAddress', '10.0.0/8', block], ['iPAddress', '::/129', block], ['iPAddress', '/8', block], ['iPAddress', '10.0.0.0/8/8', block],
    ['iPAddress', '10.0.0.1/8', 'has bits behind those that count'], ['iPAddress', '2001:db8::1/64', 'has bits behind those that count']
  ]
  for (const [type, value, problem] of cases) {
    t.throws(() => nameConstraintsExtension({ permitted: [{ type, value }] }), error(`${type} ${JSON.stringify(value)} ${problem}`), `${type} ${JSON.stringify(value)}`)
  }
  const write = (subtree: object) => () => nameConstraintsExtension({ excluded: [subtree as NameSubtreeText] })
  t.throws(write({ type: 'registeredID', value: '1.2.3' }), error('"registeredID" is no type of name that is written here'))
  t.throws(write({ type: 'toString', value: '1.2.3' }), error('"toString" is no type of name that is written here'))
  t.throws(write({ type: 'dNSName', value: 7 }), error('the value of dNSName is no text'))
  t.throws(write({ type: 'directoryName', value: 7 }), error('the value of directoryName is neither a distinguished name nor its text'))
})

t.test('openssl and GnuTLS read every subtree as it was meant', { skip: parts.missing('openssl', 'certtool') }, async (t) => {
  const file = join(t.testdir(), 'ca.cer')
  writeFileSync(file, authorityWith(all).pem)
  const text = execFileSync('openssl', ['x509', '-in', file, '-noout', '-ext', 'nameConstraints', '-nameopt', 'RFC2253'], { encoding: 'utf8' })
  const [heading, ...lines] = text.trimEnd().split('\n').map((line) => line.trim().replaceAll(' = ', '=').replaceAll(', ', ','))
  t.equal(heading, 'X509v3 Name Constraints: critical')
  t.strictSame(lines, [
    'Permitted:', 'DNS:example.com', 'email:a@example.com', 'email:example.com', 'email:.example.com', 'URI:example.com', 'URI:.example.com',
    'IP:10.0.0.0/255.0.0.0', 'IP:2001:DB8:0:0:0:0:0:0/FFFF:FFFF:8000:0:0:0:0:0', 'DirName:C=NL,O=Example',
    'Excluded:', 'DNS:', 'IP:0.0.0.0/0.0.0.0', 'DirName:O=Other'
  ])
  const gnutls = execFileSync('certtool', ['-i', '--infile', file], { encoding: 'utf8' })
  t.match(gnutls, /Name Constraints \(critical\):\s+Permitted:\s+DNSname: example.com/)
  t.match(gnutls, /IPAddress: 10.0.0.0\/8\s+IPAddress: 2001:db8::\/33\s+directoryName: O=Example,C=NL\s+Excluded:/)
})

const verdicts: ReadonlyArray<[how: string, constraints: NameConstraintsText, name: GeneralNameText, isPermitted: boolean]> = [
  ['a name below', { permitted: [{ type: 'dNSName', value: 'example.com' }] }, { type: 'dNSName', value: 'a.b.example.com' }, true],
  ['the name itself', { permitted: [{ type: 'dNSName', value: 'example.com' }] }, { type: 'dNSName', value: 'example.com' }, true],
  ['another name', { permitted: [{ type: 'dNSName', value: 'example.com' }] }, { type: 'dNSName', value: 'notexample.com' }, false],
  ['a name of another type', { permitted: [{ type: 'dNSName', value: 'example.com' }] }, { type: 'iPAddress', value: '10.0.0.1' }, true],
  ['every name', { excluded: [{ type: 'dNSName', value: '' }] }, { type: 'dNSName', value: 'a' }, false],
  ['an address within', { permitted: [{ type: 'iPAddress', value: '10.16.0.0/12' }] }, { type: 'iPAddress', value: '10.31.255.255' }, true],
  ['an address outside', { permitted: [{ type: 'iPAddress', value: '10.16.0.0/12' }] }, { type: 'iPAddress', value: '10.32.0.0' }, false],
  ['every address of version 6', { excluded: [{ type: 'iPAddress', value: '::/0' }] }, { type: 'iPAddress', value: '::1' }, false],
  ['a mailbox of a host', { permitted: [{ type: 'rfc822Name', value: 'example.com' }] }, { type: 'rfc822Name', value: 'a@example.com' }, true],
  ['a mailbox of a host below', { permitted: [{ type: 'rfc822Name', value: 'example.com' }] }, { type: 'rfc822Name', value: 'a@b.example.com' }, false],
  ['a URI of a host below', { permitted: [{ type: 'uniformResourceIdentifier', value: '.example.com' }] }, { type: 'uniformResourceIdentifier', value: 'https://a.example.com/x' }, true],
  ['a URI of the host', { permitted: [{ type: 'uniformResourceIdentifier', value: '.example.com' }] }, { type: 'uniformResourceIdentifier', value: 'https://example.com/x' }, false],
  ['a directory name within', { permitted: [{ type: 'directoryName', value: 'O=Example,C=NL' }] }, { type: 'directoryName', value: 'CN=a,O=Example,C=NL' }, true],
  ['a directory name outside', { permitted: [{ type: 'directoryName', value: 'O=Example,C=NL' }] }, { type: 'directoryName', value: 'CN=a,O=Other,C=NL' }, false]
]

t.test('openssl verify permits and excludes what was meant', { skip: parts.missing('openssl') }, async (t) => {
  const folder = t.testdir()
  for (const [how, constraints, name, isPermitted] of verdicts) {
    const authority = authorityWith(constraints)
    const subject = [['countryName', 'NL'], ['organizationName', 'Example']] as const
    const leaf = mintClient(authority, { subject, extensions: [subjectAltNameExtension([name])] })
    writeFileSync(join(folder, 'ca.cer'), authority.pem)
    writeFileSync(join(folder, 'leaf.cer'), leaf.pem)
    const { stdout, stderr, status } = spawnSync('openssl', ['verify', '-CAfile', 'ca.cer', 'leaf.cer'], { cwd: folder, encoding: 'utf8' })
    t.equal(status, isPermitted ? 0 : 2, how)
    t.match(stdout + stderr, isPermitted ? 'leaf.cer: OK' : /(?:permitted|excluded) subtree violation/, how)
  }
})
