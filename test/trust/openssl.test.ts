import { spawnSync } from 'node:child_process'
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { writePem, type Certificate } from '../../lib/certificate/index.js'
import { write, writeObjectIdentifier, writeSequence } from '../../lib/certificate/der-writer.js'
import { CertificationPathError } from '../../lib/errors.js'
import { basicConstraints, extendedKeyUsage, keyUsage, mint, mintAuthority, mintClient, newKeys, type Minted, type MintOptions } from '../helpers/mint.js'
import { parts } from '../helpers/parts.js'
import { ecdsa, emptyName, extension, judge, nameIn, resigned, rsa } from './scene.js'

interface Case {
  readonly leaf: Certificate
  readonly anchors: readonly Certificate[]
  readonly intermediates?: readonly Certificate[]
  readonly at?: Date
  readonly partialPath?: boolean
  /** Why `openssl verify` may say otherwise, plain or with `-x509_strict`. */
  readonly otherwise?: { readonly plain?: string, readonly strict?: string }
}

const now = new Date('2030-06-15T12:00:00Z')
const period = { notBefore: new Date('2030-01-01T00:00:00Z'), notAfter: new Date('2030-12-31T23:59:59Z') }
const over = { notBefore: new Date('2029-01-01T00:00:00Z'), notAfter: new Date('2030-06-15T11:59:59Z') }
const toCome = { notBefore: new Date('2030-06-15T12:00:01Z'), notAfter: new Date('2031-01-01T00:00:00Z') }

// What the strict mode asks of every certificate beside, so that each case is about one thing.
const subjectKey = (key: KeyObject) => write(0x04, key.export({ type: 'spki', format: 'der' }).subarray(-20))
const identifiers = (keys: { publicKey: KeyObject }, issuer: { publicKey: KeyObject }) => [
  extension('2.5.29.14', subjectKey(keys.publicKey), false),
  extension('2.5.29.35', writeSequence(write(0x80, subjectKey(issuer.publicKey).subarray(2))), false)
]

function authority (options: MintOptions & { pathLength?: number } = {}): Minted {
  const keys = options.keys ?? newKeys()
  const extensions = options.extensions ?? [basicConstraints(true, options.pathLength), keyUsage('keyCertSign', 'cRLSign')]
  return mintAuthority({ subject: 'Root', ...period, ...options, keys, extensions: [...extensions, ...identifiers(keys, options.issuer ?? keys)] })
}

const below = (issuer: Minted, options: MintOptions & { pathLength?: number } = {}) => authority({ subject: 'Intermediate', issuer, ...options })

function client (issuer: Minted, options: MintOptions = {}): Minted {
  const keys = options.keys ?? newKeys()
  const extensions = options.extensions ?? [basicConstraints(false), keyUsage('digitalSignature'), extendedKeyUsage('clientAuth')]
  return mintClient(issuer, { ...period, ...options, keys, extensions: options.version === 1 ? [] : [...extensions, ...identifiers(keys, issuer)] })
}

function selfSigned (): Certificate {
  const keys = newKeys()
  return mint({ subject: 'own', keys, ...period, extensions: [basicConstraints(false), keyUsage('digitalSignature'), ...identifiers(keys, keys)] }).certificate
}

const root = authority()
const intermediate = below(root)
const rsaRoot = authority({ keys: generateKeyPairSync('rsa', { modulusLength: 2048 }) })
const weakKeys = generateKeyPairSync('rsa', { modulusLength: 1024 })
const other = authority({ subject: 'Other' })
const caExtensions = [basicConstraints(true), keyUsage('keyCertSign')]
const unknown = extension('1.2.3.4.5', writeSequence())
const permitted = (name: string) => extension('2.5.29.30', writeSequence(write(0xa0, writeSequence(write(0x82, Buffer.from(name))))))

const belowRoot = (leaf: Minted): Case => ({ leaf: leaf.certificate, anchors: [root.certificate] })
const through = (issuer: Minted, leaf = client(issuer), anchor = root): Case =>
  ({ leaf: leaf.certificate, anchors: [anchor.certificate], intermediates: [issuer.certificate] })
const directly = (anchor: Minted): Case => ({ leaf: client(anchor).certificate, anchors: [anchor.certificate] })

const versionOne = 'the strict mode wants version 3; here clients and roots may be of version 1'
const weak = 'openssl verify has no least strength unless it is told one'
const lastSecond = 'OpenSSL takes the second of notAfter for over, RFC 5280, section 4.1.2.5, includes it'
const lax = 'the plain mode does not look'
const old = mint({ subject: 'Old', version: 1, ...period })

const cases: Record<string, Case> = {
  'a client below a root': belowRoot(client(root)),
  'a client below an intermediate': through(intermediate),
  'below two intermediates': (() => {
    const lower = below(intermediate, { subject: 'Lower' })
    return { ...through(lower), intermediates: [intermediate.certificate, lower.certificate] }
  })(),
  'the intermediate is missing': { ...through(intermediate), intermediates: [] },
  'another root': { ...belowRoot(client(root)), anchors: [other.certificate] },
  'a root that looks alike': { ...belowRoot(client(root)), anchors: [authority().certificate] },
  'two roots of one name': { ...belowRoot(client(root)), anchors: [authority().certificate, root.certificate] },
  'only the intermediate is trusted': { leaf: client(intermediate).certificate, anchors: [intermediate.certificate] },
  'only the intermediate is trusted, with a partial path': { leaf: client(intermediate).certificate, anchors: [intermediate.certificate], partialPath: true },
  'the last second': { ...belowRoot(client(root)), at: period.notAfter, otherwise: { plain: lastSecond, strict: lastSecond } },
  'the second before the last': { ...belowRoot(client(root)), at: new Date(period.notAfter.getTime() - 1000) },
  'the second behind the last': { ...belowRoot(client(root, { notAfter: over.notAfter })), at: now },
  'an expired client': belowRoot(client(root, over)),
  'a client that is not yet valid': belowRoot(client(root, toCome)),
  'an expired intermediate': through(below(root, over)),
  'an intermediate that is not yet valid': through(below(root, toCome)),
  'an expired root': directly(authority(over)),
  'an intermediate that is no CA': through(below(root, { extensions: [basicConstraints(false), keyUsage('digitalSignature')] })),
  'an intermediate without basicConstraints': through(below(root, { extensions: [keyUsage('digitalSignature')] })),
  'an intermediate without keyCertSign': through(below(root, { extensions: [basicConstraints(true), keyUsage('cRLSign')] })),
  'a root without keyCertSign': directly(authority({ extensions: [basicConstraints(true), keyUsage('cRLSign')] })),
  'a root that is no CA': directly(authority({ extensions: [basicConstraints(false), keyUsage('digitalSignature')] })),
  'a path length that is kept': through(below(root, { pathLength: 0 })),
  'a path length that is broken': (() => {
    const upper = below(root, { subject: 'Upper', pathLength: 0 })
    const lower = below(upper)
    return { ...through(lower), intermediates: [upper.certificate, lower.certificate] }
  })(),
  'a path length of the root that is broken': (() => {
    const anchor = authority({ pathLength: 0 })
    const issuer = below(anchor)
    return through(issuer, client(issuer), anchor)
  })(),
  'a path length that self-issued ones keep': (() => {
    const anchor = authority({ pathLength: 0 })
    const renewed = below(anchor, { subject: 'Root' })
    return through(renewed, client(renewed), anchor)
  })(),
  'a client for servers': belowRoot(client(root, { extensions: [extendedKeyUsage('serverAuth')] })),
  'a client for both': belowRoot(client(root, { extensions: [extendedKeyUsage('serverAuth', 'clientAuth')] })),
  'a client for anything by name': belowRoot(client(root, { extensions: [extendedKeyUsage('anyExtendedKeyUsage')] })),
  'a client for anything by silence': belowRoot(client(root, { extensions: [] })),
  'a client that encrypts': belowRoot(client(root, { extensions: [keyUsage('keyEncipherment')] })),
  'a client that agrees on keys': belowRoot(client(root, { extensions: [keyUsage('keyAgreement')] })),
  'a client that says it signs certificates': { ...belowRoot(client(root, { extensions: [basicConstraints(false), keyUsage('digitalSignature', 'keyCertSign')] })), otherwise: { plain: lax } },
  'an intermediate for servers': through(below(root, { extensions: [...caExtensions, extendedKeyUsage('serverAuth')] })),
  'an intermediate for clients': through(below(root, { extensions: [...caExtensions, extendedKeyUsage('clientAuth')] })),
  'an intermediate for anything by name': {
    ...through(below(root, { extensions: [...caExtensions, extendedKeyUsage('anyExtendedKeyUsage')] })),
    otherwise: { plain: 'OpenSSL takes anyExtendedKeyUsage for no purpose', strict: 'OpenSSL takes anyExtendedKeyUsage for no purpose' }
  },
  'a client with an unknown critical extension': belowRoot(client(root, { extensions: [unknown] })),
  'an intermediate with an unknown critical extension': through(below(root, { extensions: [...caExtensions, unknown] })),
  'a root with an unknown critical extension': directly(authority({ extensions: [...caExtensions, unknown] })),
  'an unknown extension that is not critical': belowRoot(client(root, { extensions: [{ ...unknown, critical: false }] })),
  'name constraints that are kept': through(below(root, { extensions: [...caExtensions, permitted('example.com')] })),
  'name constraints that are broken': (() => {
    const issuer = below(root, { extensions: [...caExtensions, permitted('example.com')] })
    return through(issuer, client(issuer, { extensions: [extension('2.5.29.17', writeSequence(write(0x82, Buffer.from('example.org'))), false)] }))
  })(),
  'critical policies': belowRoot(client(root, { extensions: [extension('2.5.29.32', writeSequence(writeSequence(writeObjectIdentifier('1.2.3'))))] })),
  'a client of version 1': { ...belowRoot(client(root, { version: 1 })), otherwise: { strict: versionOne } },
  'a root of version 1': { ...directly(old), otherwise: { strict: versionOne } },
  'an intermediate of version 1': through(mint({ subject: 'Intermediate', issuer: root, version: 1, ...period })),
  'an RSA root': directly(rsaRoot),
  'a client with an RSA key of 1024 bits': { ...belowRoot(client(root, { keys: weakKeys })), otherwise: { plain: weak, strict: weak } },
  'a root with an RSA key of 1024 bits': { ...directly(authority({ keys: weakKeys })), otherwise: { plain: weak, strict: weak } },
  'a signature with SHA-1': {
    ...belowRoot(client(root)), leaf: resigned(client(root), ecdsa('1'), (tbs) => sign('sha1', tbs, root.privateKey)), otherwise: { plain: weak, strict: weak }
  },
  'a signature with MD5': {
    leaf: resigned(client(rsaRoot), rsa(4), (tbs) => sign('md5', tbs, rsaRoot.privateKey)), anchors: [rsaRoot.certificate], otherwise: { plain: weak, strict: weak }
  },
  'a signature by another key': belowRoot(client({ ...root, privateKey: newKeys().privateKey })),
  Ed25519: directly(authority({ keys: generateKeyPairSync('ed25519') })),
  Ed448: directly(authority({ keys: generateKeyPairSync('ed448') })),
  'P-521': directly(authority({ keys: newKeys('P-521') })),
  'a name in another string type and case': (() => {
    const anchor = authority({ subject: nameIn(0x13, 'The Root') })
    return { leaf: client(anchor, { issuerName: nameIn(0x0c, 'the  ROOT') }).certificate, anchors: [anchor.certificate] }
  })(),
  'a self-signed client that is trusted': (() => {
    const own = selfSigned()
    return { leaf: own, anchors: [root.certificate, own] }
  })(),
  'a self-signed client that is not': { leaf: selfSigned(), anchors: [root.certificate] },
  'the root as a client': { leaf: root.certificate, anchors: [root.certificate] },
  'a root for any use as a client': (() => {
    const open = authority({ extensions: [basicConstraints(true)] }).certificate
    return { leaf: open, anchors: [open] }
  })(),
  'a client without a subject': { ...belowRoot(client(root, { subject: emptyName })), otherwise: { plain: lax } },
  'a client whose only name is a critical alternative one': belowRoot(client(root, { subject: emptyName, extensions: [extension('2.5.29.17', writeSequence(write(0x82, Buffer.from('client.example'))))] })),
  'a cross-certificate that has expired, and one that has not': (() => {
    const issuer = below(root)
    const late = mintAuthority({ subject: 'Intermediate', keys: { publicKey: issuer.publicKey, privateKey: issuer.privateKey }, issuer: other, ...over }).certificate
    return { leaf: client(issuer).certificate, anchors: [other.certificate, root.certificate], intermediates: [late, issuer.certificate] }
  })()
}

t.test('openssl verify agrees, or the difference is named', { skip: parts.missing('openssl') }, async (t) => {
  const folder = t.testdir()
  for (const [name, each] of Object.entries(cases)) {
    const ours = isGood(each)
    const plain = isGoodToOpenssl(folder, each)
    const strict = isGoodToOpenssl(folder, each, '-x509_strict')
    const { otherwise = {} } = each
    if (ours !== plain) t.ok(otherwise.plain, `${name}: ${ours ? 'good' : 'bad'} here, and not by openssl: ${otherwise.plain}`)
    if (ours !== strict) t.ok(otherwise.strict, `${name}: ${ours ? 'good' : 'bad'} here, and not by openssl -x509_strict: ${otherwise.strict}`)
    if (ours === plain && ours === strict) t.pass(`${name}: ${ours ? 'good' : 'bad'}`)
  }
})

function isGood ({ leaf, anchors, intermediates, at = now, partialPath }: Case): boolean {
  try {
    judge(leaf, anchors, intermediates, { at, partialPath })
    return true
  } catch (error) {
    if (error instanceof CertificationPathError) return false
    throw error
  }
}

function isGoodToOpenssl (folder: string, { leaf, anchors, intermediates = [], at = now, partialPath = false }: Case, ...flags: string[]): boolean {
  const written = (name: string, certificates: readonly Certificate[]) => {
    const path = join(folder, name)
    writeFileSync(path, certificates.map((certificate) => writePem('CERTIFICATE', certificate.raw)).join(''))
    return path
  }
  const { status, stdout, stderr } = spawnSync('openssl', [
    'verify', ...flags, '-purpose', 'sslclient', '-attime', `${Math.floor(at.getTime() / 1000)}`, ...(partialPath ? ['-partial_chain'] : []),
    '-no-CApath', '-no-CAstore', '-CAfile', written('anchors.pem', anchors),
    ...(intermediates.length === 0 ? [] : ['-untrusted', written('intermediates.pem', intermediates)]), written('leaf.pem', [leaf])
  ], { encoding: 'utf8' })
  if (status === 0 && /: OK\n$/.test(stdout)) return true
  if (/verification failed/.test(stderr)) return false
  throw new Error(`openssl verify: ${stderr}`)
}
