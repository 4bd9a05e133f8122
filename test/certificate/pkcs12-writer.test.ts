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

t.test('the compatible profile is triple DES and SHA-1 throughout, with salts of 8 octets and 2,048 iterations', async (t) => {
  const der = await writePkcs12({ privateKey, certificate, chain: [issuing.certificate], passphrase: 'x', profile: 'compatible' })
  const parameters = '300e0408[0-9a-f]{16}02020800'
  t.equal(der.toString('hex').match(new RegExp(`060a2a864886f70d010c0103${parameters}`, 'g'))?.length, 2, 'for certificates and key')
  t.match(der.toString('hex'), /300906052b0e03021a05000414[0-9a-f]{40}0408[0-9a-f]{16}02020800$/, 'and the MAC at the end')
  t.equal(new Set(der.toString('hex').match(/0408[0-9a-f]{16}02020800/g)).size, 3, 'each salt is its own')
  t.notOk(der.includes(certificate.subjectPublicKey))
})

t.test('the compatible profile is read again, whatever the passphrase', async (t) => {
  for (const passphrase of ['password', 'pässwörd €', 'pä😀', '']) {
    const protection = { passphrase, profile: 'compatible' } as const
    const store = await readPkcs12(await writePkcs12({ ...protection, privateKey, certificate, chain: [issuing.certificate], friendlyName: 'Älice' }), passphrase)
    t.ok(store.privateKey!.equals(privateKey), passphrase)
    t.strictSame([store.certificate!, ...store.certificates].map((each) => each.raw), [client.der, issuing.der])
    t.equal(store.friendlyName, 'Älice')
    const trust = await writePkcs12TrustStore({ ...protection, certificates: [root.certificate] })
    t.strictSame((await readPkcs12(trust, passphrase)).certificates.map((each) => each.raw), [root.der])
    await t.rejects(readPkcs12(trust, 'wrong'), { code: 'ERR_CERTIFICATE_PASSPHRASE', message: 'the passphrase of the PKCS #12 is wrong, or the file is damaged' })
  }
})

t.test('Node takes the compatible profile', async (t) => {
  const pfx = await writePkcs12({ privateKey, certificate, chain: [issuing.certificate], passphrase: 'pässword', profile: 'compatible' })
  t.ok(createSecureContext({ pfx, passphrase: 'pässword' }))
  t.throws(() => createSecureContext({ pfx, passphrase: 'wrong' }), { message: /mac verify failure/i })
})

t.test('the iterations of a profile may be others, within bounds', async (t) => {
  const der = await writePkcs12({ privateKey, certificate, passphrase: 'x', profile: 'compatible', iterations: 5000 })
  t.equal(der.toString('hex').match(/0408[0-9a-f]{16}02021388/g)?.length, 3)
  for (const wrong of [0, -1, 1.5, NaN, 1_000_001, '9' as never]) {
    await t.rejects(writePkcs12({ privateKey, certificate, passphrase: 'x', iterations: wrong }), new TypeError(`iterations is ${wrong}, and not a whole number from 1 to 1000000`))
  }
})

t.test('a profile that is none is refused', async (t) => {
  for (const profile of ['legacy', 'toString'] as never[]) {
    await t.rejects(writePkcs12({ privateKey, certificate, passphrase: 'x', profile }), new TypeError(`profile "${profile}" is none of modern, compatible`))
    await t.rejects(writePkcs12TrustStore({ certificates: [certificate], passphrase: 'x', profile }), new TypeError(`profile "${profile}" is none of modern, compatible`))
  }
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
