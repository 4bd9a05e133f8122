import t from 'tap'
import { createSecureContext } from 'node:tls'
import { isPkcs12, readPkcs12, writePkcs12, writePkcs12TrustStore } from '../../lib/certificate/index.js'
import { mint, mintAuthority, mintClient } from '../helpers/mint.js'

const root = mintAuthority({ subject: 'Root' })
const issuing = mintAuthority({ subject: 'Issuing', issuer: root })
const client = mintClient(issuing, { subject: 'alice' })
const { privateKey, certificate } = client
const iterations = 2

t.test('a written PKCS #12 is read as it was given', async (t) => {
  const chain = [issuing.certificate, root.certificate]
  const der = await writePkcs12({ privateKey, certificate, chain, passphrase: 'pässword', friendlyName: 'Älice', iterations })
  t.equal(isPkcs12(der), true)
  const store = await readPkcs12(der, 'pässword')
  t.ok(store.privateKey!.equals(privateKey))
  t.strictSame(store.certificate!.raw, client.der)
  t.strictSame(store.certificates.map((each) => each.raw), [issuing.der, root.der])
  t.equal(store.friendlyName, 'Älice')
})

t.test('chain and friendly name may be left out', async (t) => {
  const store = await readPkcs12(await writePkcs12({ privateKey, certificate, passphrase: '', profile: 'modern', iterations }), undefined)
  t.strictSame(store.certificate!.raw, client.der)
  t.strictSame(store.certificates, [])
  t.equal(store.friendlyName, undefined)
})

t.test('nothing in it is in the clear', async (t) => {
  const der = await writePkcs12({ privateKey, certificate, passphrase: 'x', iterations })
  t.notOk(der.includes(client.certificate.subjectPublicKey))
  t.notOk(der.includes(privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-32)))
})

t.test('salts are new each time', async (t) => {
  const write = () => writePkcs12({ privateKey, certificate, passphrase: 'x', iterations })
  t.notSame(await write(), await write())
})

t.test('a key that does not fit the certificate is refused', async (t) => {
  await t.rejects(writePkcs12({ privateKey: mint().privateKey, certificate, passphrase: 'x' }), new TypeError('the private key does not fit the certificate'))
})

t.test('a trust store holds certificates alone', async (t) => {
  const der = await writePkcs12TrustStore({ certificates: [root.certificate, issuing.certificate], passphrase: 'password', iterations })
  const store = await readPkcs12(der, 'password')
  t.match(store, { privateKey: undefined, certificate: undefined, friendlyName: undefined })
  t.strictSame(store.certificates.map((each) => each.raw), [root.der, issuing.der])
  await t.rejects(readPkcs12(der, 'wrong'), { code: 'ERR_CERTIFICATE_PASSPHRASE' })
})

t.test('Node takes what is written, with its default number of iterations', async (t) => {
  const pfx = await writePkcs12({ privateKey, certificate, chain: [issuing.certificate], passphrase: 'pässword', friendlyName: 'alice' })
  t.ok(createSecureContext({ pfx, passphrase: 'pässword' }))
  t.throws(() => createSecureContext({ pfx, passphrase: 'wrong' }), { message: /mac verify failure/i })
  t.ok(pfx.includes(Buffer.from('020301 86a0'.replace(' ', ''), 'hex')), '100,000 iterations')
})
