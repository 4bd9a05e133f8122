import { spawnSync } from 'node:child_process'
import { generateKeyPairSync, getCurves } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { writeBitString, writeNull, writeObjectIdentifier, writeSequence } from '../../lib/certificate/index.js'
import { verifyCertificationPath } from '../../lib/trust/index.js'
import { keyUsage, mint, mintAuthority, mintClient, newKeys } from '../helpers/mint.js'
import { mintList } from '../helpers/mint-list.js'
import { parts, vectorsFolder } from '../helpers/parts.js'
import { judge, refusal } from './scene.js'

const code = 'ERR_CERTIFICATION_PATH_WEAK_KEY'
const root = mintAuthority({ subject: 'Root' })
const explicitKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256', paramEncoding: 'explicit' })

/** A key that was never loaded: `node:crypto` may not know such a one. */
const keyOf = (algorithm: string, ...parameters: Buffer[]) => {
  const spki = writeSequence(writeSequence(writeObjectIdentifier(algorithm), ...parameters), writeBitString(Buffer.alloc(65, 4)))
  return { ...newKeys(), publicKey: { export: () => spki } as unknown as ReturnType<typeof newKeys>['publicKey'] }
}

t.test('EC keys under 224 bits are refused, at each place of a path', async (t) => {
  const weak = { secp112r1: 112, secp128r1: 128, sect113r1: 113, secp160r1: 161, sect163k1: 163, 'P-192': 192 }
  for (const [curve, bits] of Object.entries(weak)) {
    const keys = newKeys(curve)
    const problem = `the EC key has ${bits} bits, fewer than 224`
    const anchor = mintAuthority({ keys })
    const issuer = mintAuthority({ subject: 'Intermediate', issuer: root, keys })
    t.strictSame(refusal(mintClient(root, { keys }).certificate, [root.certificate]), [code, `${problem} (certificate 0: CN=client)`])
    t.strictSame(refusal(mintClient(issuer).certificate, [root.certificate], [issuer.certificate]), [code, `${problem} (certificate 1: CN=Intermediate)`])
    t.strictSame(refusal(mintClient(anchor).certificate, [anchor.certificate]), [code, `${problem} (certificate 1: CN=Test CA)`])
    t.strictSame(refusal(anchor.certificate, [anchor.certificate], [], { purpose: 'any' }), [code, `${problem} (certificate 0: CN=Test CA)`])
  }
})

t.test('the least size is an option', async (t) => {
  const small = mintClient(root, { keys: newKeys('secp160r1') }).certificate
  const usual = mintClient(root).certificate
  const verdict = (certificate: typeof small, minEcBits: number) => () => judge(certificate, [root.certificate], [], { algorithms: { minEcBits } })
  t.doesNotThrow(verdict(small, 161))
  t.throws(verdict(small, 162), { code, message: 'the EC key has 161 bits, fewer than 162 (certificate 0: CN=client)' })
  t.doesNotThrow(verdict(usual, 256))
  t.throws(verdict(usual, 257), { code, message: 'the EC key has 256 bits, fewer than 257 (certificate 0: CN=client)' })
  t.throws(verdict(usual, 1.5), new TypeError('algorithms.minEcBits is a whole number, not 1.5'))
})

// OpenSSL's levels 1 and 2 ask for 80 and 112 bits of strength.
t.test('openssl verify accepts the same curves', { skip: parts.missing('openssl') }, async (t) => {
  const folder = t.testdir()
  const curves = ['secp112r1', 'sect113r1', 'brainpoolP160r1', 'secp160r1', 'sect163k1', 'P-192', 'secp224r1', 'sect233k1', 'prime239v1', 'secp256k1', 'P-521']
  for (const curve of curves.filter((each) => each.startsWith('P-') || getCurves().includes(each))) {
    const ca = mintAuthority({ subject: 'CA', keys: newKeys(curve) })
    const leaf = mintClient(ca)
    const [caFile, leafFile] = Object.entries({ ca, leaf }).map(([name, { pem }]) => {
      writeFileSync(join(folder, name), pem)
      return join(folder, name)
    })
    for (const [level, minEcBits] of [['1', 160], ['2', undefined]] as const) {
      const { status, stderr } = spawnSync('openssl', ['verify', '-auth_level', level, '-no-CApath', '-no-CAstore', '-CAfile', caFile, leafFile], { encoding: 'utf8' })
      if (status !== 0) t.match(stderr, /CA certificate key too weak/)
      const verdict = () => judge(leaf.certificate, [ca.certificate], [], { algorithms: { minEcBits } })
      status === 0 ? t.doesNotThrow(verdict, `${curve} at level ${level}`) : t.throws(verdict, { code }, `${curve} at level ${level}`)
    }
  }
})

t.test('a key with explicit parameters is refused, of a leaf, too', async (t) => {
  const malformed = 'ERR_CERTIFICATION_PATH_MALFORMED'
  const problem = 'the public key is on a curve that is not named'
  const issuer = mintAuthority({ subject: 'Intermediate', issuer: root, keys: explicitKeys() })
  t.strictSame(refusal(mintClient(root, { keys: explicitKeys() }).certificate, [root.certificate]), [malformed, `${problem} (certificate 0: CN=client)`])
  t.strictSame(refusal(mintClient(issuer).certificate, [root.certificate], [issuer.certificate]), [malformed, `${problem} (certificate 1: CN=Intermediate)`])
  for (const parameters of [[], [writeNull()]]) {
    t.strictSame(refusal(mintClient(root, { keys: keyOf('1.2.840.10045.2.1', ...parameters) }).certificate, [root.certificate]), [malformed, `${problem} (certificate 0: CN=client)`])
  }
})

t.test('the leaf of OpenSSL whose key has explicit parameters is refused', { skip: parts.missing('vectors') }, async (t) => {
  const [leaf, ca, anchor] = ['11-ee-cert-ec-explicit', '11-ca-cert-ec-named', '11-root-cert'].map((name) => readFileSync(join(vectorsFolder, 'field', `${name}.pem`), 'utf8'))
  for (const whenNotConforming of ['accept', 'reject'] as const) {
    const verdict = () => verifyCertificationPath({ certificate: leaf, intermediates: [ca], trustAnchors: [anchor], at: new Date('2026-06-01T00:00:00Z'), purpose: 'serverAuth', whenNotConforming })
    t.throws(verdict, { code: 'ERR_CERTIFICATION_PATH_MALFORMED', message: 'the public key is on a curve that is not named (certificate 0: CN=server.example)' })
  }
})

t.test('a curve that is not known here, a weak curve of a key that agrees on keys, and DSA are refused', async (t) => {
  const verdict = (keys: ReturnType<typeof newKeys>) => refusal(mintClient(root, { keys }).certificate, [root.certificate])
  t.strictSame(verdict(keyOf('1.2.840.10045.2.1', writeObjectIdentifier('1.2.3.4'))),
    ['ERR_CERTIFICATION_PATH_MALFORMED', 'the public key is on the curve 1.2.3.4, which is not known here (certificate 0: CN=client)'])
  for (const algorithm of ['1.3.132.1.12', '1.3.132.1.13']) {
    t.strictSame(verdict(keyOf(algorithm, writeObjectIdentifier('1.3.132.0.6'))), [code, 'the EC key has 112 bits, fewer than 224 (certificate 0: CN=client)'])
  }
  t.strictSame(verdict(keyOf('1.2.840.10040.4.1', writeSequence())), [code, 'DSA keys are not accepted (certificate 0: CN=client)'])
  t.doesNotThrow(() => judge(mintClient(root, { keys: generateKeyPairSync('ed448') }).certificate, [root.certificate]))
})

t.test('a CRL by a key that is too weak tells nothing', async (t) => {
  const signerOf = (curve: string) => mint({ subject: 'Root', issuer: root, keys: newKeys(curve), extensions: [keyUsage('cRLSign')] })
  const leaf = mintClient(root).certificate
  const verdict = (signer: typeof root) => () => judge(leaf, [root.certificate], [signer.certificate], { certificateLists: [mintList(signer)], revocation: { depth: 'end-entity' } })
  t.doesNotThrow(verdict(signerOf('P-256')))
  t.throws(verdict(signerOf('secp160r1')), { code: 'ERR_CERTIFICATION_PATH_STATUS_UNKNOWN', message: /the EC key has 161 bits, fewer than 224/ })
  t.doesNotThrow(verdict(root))
})
