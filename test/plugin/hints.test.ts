import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import type { FastifyInstance } from 'fastify'
import {
  contextTag, extensionTypes, nameConstraintsExtension, readCertificate, subjectAltNameExtension, write, writeDistinguishedName, writePem,
  writeSequence, type Extension
} from '../../lib/certificate/index.js'
import type { RefusalRecord } from '../../lib/index.js'
import { refusalHints, type HintName } from '../../lib/plugin/hint.js'
import { authorityHints, leafHints, type LeafRule } from '../../lib/trust/index.js'
import type { PathRule } from '../../lib/errors.js'
import { build, call, listen, makeWorld } from '../helpers/application.js'
import { basicConstraints, extendedKeyUsage, keyUsage, mint, mintAuthority, mintClient, type Minted, type MintOptions } from '../helpers/mint.js'
import { mintList } from '../helpers/mint-list.js'

const world = makeWorld()
const root = world.authority
const day = 24 * 60 * 60 * 1000
const past = { notBefore: new Date(Date.now() - 9 * day), notAfter: new Date(Date.now() - day) }
const future = { notBefore: new Date(Date.now() + day), notAfter: new Date(Date.now() + 9 * day) }
const forCa = [basicConstraints(true), keyUsage('keyCertSign', 'cRLSign')]
const forClient = [basicConstraints(false), keyUsage('digitalSignature'), extendedKeyUsage('clientAuth')]
const unheeded: Extension = { type: '1.2.3.4', critical: true, value: Buffer.from([5, 0]) }
// requireExplicitPolicy: 0.
const policyRequired: Extension = { type: extensionTypes.policyConstraints, critical: true, value: writeSequence(write(contextTag(0), Buffer.from([0]))) }

const ca = (options: MintOptions & { pathLength?: number } = {}, issuer: Minted = root) => mintAuthority({ subject: 'Issuing CA', issuer, ...options })
const client = (extensions: readonly Extension[], issuer: Minted = root) => mintClient(issuer, { extensions })

/** The same certificate with another algorithm of its signature: a known one of SHA-1, or one that nobody has. */
function signedBy (minted: Minted, last: number): Minted {
  const der = Buffer.from(minted.der)
  const sha256 = Buffer.from('2a8648ce3d040302', 'hex')
  const other = last === 1 ? Buffer.from('2a8648ce3d0401', 'hex') : Buffer.from([...sha256.subarray(0, 7), last])
  for (let at = der.indexOf(sha256); at !== -1; at = der.indexOf(sha256, at + 1)) if (other.length === 8) other.copy(der, at)
  return { ...minted, der, certificate: readCertificate(der), pem: writePem('CERTIFICATE', der) }
}

const weakKeys = generateKeyPairSync('rsa', { modulusLength: 1024 })
const rsaKeys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const exponent = Buffer.concat([Buffer.from([1]), Buffer.alloc(7), Buffer.from([1, 1])]).toString('base64url')
const slowKey = createPublicKey({ key: { ...rsaKeys.publicKey.export({ format: 'jwk' }), e: exponent }, format: 'jwk' })
const rsaRoot = mintAuthority({ subject: 'RSA CA', keys: rsaKeys })

/** Of RSA a signature with SHA-256 whose algorithm is renamed to SHA-1: sha256WithRSAEncryption ends with 11, that of SHA-1 with 5. */
function renamedToSha1 (minted: Minted): Minted {
  const der = Buffer.from(minted.der)
  const sha256 = Buffer.from('2a864886f70d01010b', 'hex')
  for (let at = der.indexOf(sha256); at !== -1; at = der.indexOf(sha256, at + 1)) der[at + 8] = 5
  return { ...minted, der, certificate: readCertificate(der), pem: writePem('CERTIFICATE', der) }
}

/** What a client shows: its certificate, and what it sends behind it. */
type Shown = readonly [leaf: Minted, ...chain: Minted[]]

function below (issuer: Minted, ...above: Minted[]): Shown {
  return [mintClient(issuer), issuer, ...above]
}

/** Eleven CAs below each other: more than a path may have. */
function tower (): Shown {
  const all = [ca({ subject: 'Floor 0' })]
  for (let floor = 1; floor < 10; floor++) all.unshift(ca({ subject: `Floor ${floor}` }, all[0]))
  return below(all[0], ...all.slice(1))
}

const constrained = ca({ extensions: [...forCa, nameConstraintsExtension({ permitted: [{ type: 'dNSName', value: 'example.com' }] })] })
const named = (issuer: Minted, extensions: readonly Extension[]) => mint({ subject: 'named', issuer, extensions: [...extensions, subjectAltNameExtension([{ type: 'dNSName', value: 'a.example.net' }])] })
const requiring = ca({ extensions: [...forCa, policyRequired] })
const unreadableKey = (minted: Minted): Minted => {
  const der = Buffer.from(minted.der)
  // The curve P-256 becomes one that does not exist.
  const at = der.indexOf(Buffer.from('2a8648ce3d030107', 'hex'))
  der[at + 7] = 0x7f
  return { ...minted, der, certificate: readCertificate(der), pem: writePem('CERTIFICATE', der) }
}

/** A NUL in the place of the two bytes of a middle dot: OpenSSL sends such a certificate. */
function withNul (minted: Minted): Minted {
  const der = Buffer.from(minted.der)
  der.fill(0, der.indexOf('\u00b7'), der.indexOf('\u00b7') + 2)
  return { ...minted, der, pem: writePem('CERTIFICATE', der) }
}

const revokedLeaf = mintClient(root, { subject: 'revoked' })
const revokedCa = ca({ subject: 'Revoked CA' })
const listless = ca({ subject: 'CA without a CRL' })
const unlisted = ca({ subject: 'CA below it' }, listless)
const lists = [mintList(revokedCa), mintList(unlisted), mintList(root, { revoked: [revokedLeaf, revokedCa].map(({ certificate }) => certificate.serialNumber) })]

const leafRows: Readonly<Record<LeafRule, Shown>> = {
  NO_ISSUER: [mintClient(mintAuthority({ subject: 'Another CA' }))],
  SIGNATURE: [world.stranger],
  SIGNATURE_ALGORITHM: [signedBy(mintClient(root), 0x7f)],
  WEAK_SIGNATURE: [renamedToSha1(mintClient(rsaRoot))],
  WEAK_KEY: [mintClient(root, { keys: weakKeys })],
  EXPIRED: [mintClient(root, past)],
  NOT_YET_VALID: [mintClient(root, future)],
  KEY_USAGE: [client([basicConstraints(false), keyUsage('keyEncipherment'), extendedKeyUsage('clientAuth')])],
  EXTENDED_KEY_USAGE: [client([basicConstraints(false), extendedKeyUsage('serverAuth')])],
  NAME_CONSTRAINTS: [named(constrained, forClient), constrained],
  CERTIFICATE_POLICY: [mintClient(requiring), requiring],
  CRITICAL_EXTENSION: [client([...forClient, unheeded])],
  REVOKED: [revokedLeaf],
  STATUS_UNKNOWN: below(ca({ subject: 'Listless CA' })),
  LIMIT: [mintClient(root, { keys: { ...weakKeys, publicKey: slowKey } })],
  MALFORMED: [mint({ subject: writeDistinguishedName([]), issuer: root, extensions: forClient })]
}

const authorityRows: Readonly<Record<PathRule, Shown>> = {
  NO_ISSUER: below(mintAuthority({ subject: 'Another CA' })),
  SIGNATURE: below(ca({}, mintAuthority())),
  SIGNATURE_ALGORITHM: below(signedBy(ca(), 0x7f)),
  WEAK_SIGNATURE: below(renamedToSha1(ca({}, rsaRoot))),
  WEAK_KEY: below(ca({ keys: weakKeys })),
  EXPIRED: below(ca(past)),
  NOT_YET_VALID: below(ca(future)),
  NOT_A_CA: below(ca({ extensions: [basicConstraints(false)] })),
  PATH_LENGTH: below(ca({ subject: 'Low CA' }, ca({ pathLength: 0 })), ca({ pathLength: 0 })),
  KEY_USAGE: below(ca({ extensions: [basicConstraints(true), keyUsage('cRLSign')] })),
  EXTENDED_KEY_USAGE: below(ca({ extensions: [...forCa, extendedKeyUsage('serverAuth')] })),
  NAME_CONSTRAINTS: below(named(constrained, forCa), constrained),
  CERTIFICATE_POLICY: below(ca({ subject: 'Low CA' }, requiring), requiring),
  CRITICAL_EXTENSION: below(ca({ extensions: [...forCa, unheeded] })),
  REVOKED: below(revokedCa),
  STATUS_UNKNOWN: below(unlisted, listless),
  LIMIT: tower(),
  MALFORMED: below(unreadableKey(ca()))
}

const field = ({ der }: Minted): string => `:${der.toString('base64')}:`

const forwarding = { from: 'rfc9440', trustedProxies: '10.0.0.1' } as const

/** How a certificate that a proxy forwards is refused; any certificate gets through a header, also one that OpenSSL would not send. */
async function refusalOf (app: FastifyInstance, [leaf, ...chain]: Shown): Promise<RefusalRecord | undefined> {
  const headers = { 'client-cert': field(leaf), ...(chain.length > 0 && { 'client-cert-chain': chain.map(field).join(', ') }) }
  await app.inject({ url: '/guarded', headers, remoteAddress: '10.0.0.1' })
  return app.clientCertificates.refusals().at(-1)
}

for (const [depth, rows, hints] of [['the leaf', leafRows, leafHints], ['a CA', authorityRows, authorityHints]] as const) {
  t.test(`each rule that ${depth} breaks has a hint, and each hint a certificate that deserves it`, async (t) => {
    const ca = [root.pem, rsaRoot.pem]
    const { app } = await build(t, world, { options: { ca, forwarding } })
    const { app: revoking } = await build(t, world, { options: { ca, forwarding, crl: lists } })
    t.strictSame(Object.keys(rows).sort(), Object.keys(hints).sort())
    for (const [rule, shown] of Object.entries(rows)) {
      const isAboutStatus = rule === 'REVOKED' || rule === 'STATUS_UNKNOWN'
      const record = await refusalOf(isAboutStatus ? revoking : app, shown)
      const ofTime = shown === authorityRows.EXPIRED || shown === authorityRows.NOT_YET_VALID
      const hint = ofTime ? /^the certificate of the CA CN=Issuing CA / : hints[rule as keyof typeof hints]
      t.match(record?.hint, hint, `${rule}: ${record?.reason}`)
    }
  })
}

t.test('each refusal that no rule explains has a hint, and each hint a client that deserves it', async (t) => {
  const seen = new Map<string, HintName>()
  const latest = (app: FastifyInstance) => app.clientCertificates.refusals().at(-1)?.hint ?? 'none'
  const is = (app: FastifyInstance, name: HintName) => {
    t.equal(latest(app), refusalHints[name], name)
    seen.set(latest(app), name)
  }
  const direct = await listen(t, world, {
    options: { trust: { partners: { ca: root.pem, hosts: ['partners.example'] } } },
    routes: (app) => app.get('/nobody', { config: { clientCertificate: { subject: 'CN=nobody' } } }, async () => 'ok')
  })
  const shows = async (name: HintName, client: Minted | undefined, path = '/guarded', headers = {}) => {
    await call(world, direct.port, path, { client, headers })
    is(direct.app, name)
  }
  await shows('MISSING', undefined)
  await shows('EXPIRED', leafRows.EXPIRED[0])
  await shows('NOT_YET_VALID', leafRows.NOT_YET_VALID[0])
  await shows('UNREADABLE', withNul(mintClient(root, { subject: 'name\u00b7' })))
  await shows('FORBIDDEN', world.client, '/nobody')
  await shows('MISDIRECTED', world.client, '/guarded', { host: 'partners.example' })
  direct.app.clientCertificates.deny({ publicKeyFingerprint256: world.client.certificate.publicKeyFingerprint256 })
  await shows('DENIED', world.client)

  const { app } = await build(t, world, { options: { forwarding } })
  const proxied = async (name: HintName, headers: Record<string, string>, remoteAddress = '10.0.0.1') => {
    await app.inject({ url: '/guarded', headers, remoteAddress })
    is(app, name)
  }
  await proxied('NOT_FORWARDED', {})
  await proxied('MALFORMED', { 'client-cert': 'nonsense' })
  await proxied('NO_CONNECTION', { 'client-cert': field(world.client) }, '192.0.2.1')
  const vouching = await build(t, world, { options: { forwarding: { ...forwarding, from: 'nginx', verified: 'proxy' } } })
  await vouching.app.inject({ url: '/guarded', headers: { 'x-ssl-client-cert': encodeURIComponent(world.client.pem), 'x-ssl-client-verify': 'FAILED' }, remoteAddress: '10.0.0.1' })
  is(vouching.app, 'NOT_VOUCHED')
  t.strictSame([...seen.values()].sort(), Object.keys(refusalHints).sort())
})

t.test('on a direct connection a certificate is not taken for the mistake of a proxy, nor that of a CA for the client\'s', async (t) => {
  const { app, port } = await listen(t, world)
  const hintOn = async ([client, ...chain]: Shown) => {
    await call(world, port, '/guarded', { client, chain })
    return app.clientCertificates.refusals().at(-1)
  }
  t.match(await hintOn(leafRows.MALFORMED), { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED', hint: leafHints.MALFORMED })
  t.match(await hintOn(authorityRows.EXTENDED_KEY_USAGE), { reason: /certificate 1: CN=Issuing CA/, hint: authorityHints.EXTENDED_KEY_USAGE })
  t.match(await hintOn(authorityRows.EXPIRED), { reason: /certificate 1: CN=Issuing CA/, hint: /^the certificate of the CA CN=Issuing CA has expired/ })
  const namesake = mintClient(mintAuthority({ subject: 'device' }), { subject: 'device' })
  t.match(await hintOn([namesake]), {
    reason: 'its issuer has the same name as the certificate itself, and no trust anchor has that name (certificate 0: CN=device)', hint: leafHints.NO_ISSUER
  })
})
