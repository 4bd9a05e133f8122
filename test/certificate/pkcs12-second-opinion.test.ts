import t from 'tap'
import { createPrivateKey, webcrypto } from 'node:crypto'
import * as asn1js from 'asn1js'
import * as pkijs from 'pkijs'
import { readPkcs12, writePkcs12 } from '../../lib/certificate/index.js'
import { mintAuthority, mintClient } from '../helpers/mint.js'

const authority = mintAuthority()
const client = mintClient(authority)
const password = (text: string) => new TextEncoder().encode(text).buffer as ArrayBuffer

pkijs.setEngine('node', new pkijs.CryptoEngine({ name: 'node', crypto: webcrypto as never }))

t.test('pkijs reads what is written', async (t) => {
  const der = await writePkcs12({ ...client, chain: [authority.certificate], passphrase: 'secret', iterations: 2 })
  const pfx = pkijs.PFX.fromBER(Uint8Array.from(der).buffer)
  await pfx.parseInternalValues({ password: password('secret') })
  const safe = pfx.parsedValue!.authenticatedSafe!
  await safe.parseInternalValues({ safeContents: [{ password: password('secret') }, {}] })
  const [certificates, keys] = safe.parsedValue.safeContents.map((each: { value: pkijs.SafeContents }) => each.value.safeBags)
  const raw = certificates.map((bag: pkijs.SafeBag) => Buffer.from(((bag.bagValue as pkijs.CertBag).parsedValue as pkijs.Certificate).toSchema().toBER()))
  t.strictSame(raw, [client.der, authority.der])
  const shrouded = keys[0].bagValue as unknown as { parseInternalValues (options: { password: ArrayBuffer }): Promise<void>, parsedValue: pkijs.PrivateKeyInfo }
  await shrouded.parseInternalValues({ password: password('secret') })
  const key = createPrivateKey({ key: Buffer.from(shrouded.parsedValue.toSchema().toBER()), format: 'der', type: 'pkcs8' })
  t.ok(key.equals(client.privateKey))
})

t.test('what pkijs writes is read', async (t) => {
  const key = pkijs.PrivateKeyInfo.fromBER(Uint8Array.from(client.privateKey.export({ type: 'pkcs8', format: 'der' })).buffer)
  const certificate = pkijs.Certificate.fromBER(Uint8Array.from(client.der).buffer)
  const shrouded = new pkijs.PKCS8ShroudedKeyBag({ parsedValue: key })
  await shrouded.makeInternalValues({ password: password('secret'), contentEncryptionAlgorithm: { name: 'AES-CBC', length: 128 } as never, hmacHashAlgorithm: 'SHA-512', iterationCount: 3 })
  const attributes = [new pkijs.Attribute({ type: '1.2.840.113549.1.9.20', values: [new asn1js.BmpString({ value: 'by pkijs' })] })]
  const safeBags = [
    new pkijs.SafeBag({ bagId: '1.2.840.113549.1.12.10.1.2', bagValue: shrouded as never, bagAttributes: attributes }),
    new pkijs.SafeBag({ bagId: '1.2.840.113549.1.12.10.1.3', bagValue: new pkijs.CertBag({ parsedValue: certificate }) as never })
  ]
  const authenticatedSafe = new pkijs.AuthenticatedSafe({ parsedValue: { safeContents: [{ privacyMode: 0, value: new pkijs.SafeContents({ safeBags }) }] } })
  await authenticatedSafe.makeInternalValues({ safeContents: [{}] })
  const pfx = new pkijs.PFX({ parsedValue: { integrityMode: 0, authenticatedSafe } })
  await pfx.makeInternalValues({ password: password('secret'), iterations: 3, pbkdf2HashAlgorithm: 'SHA-384', hmacHashAlgorithm: 'SHA-384' } as never)
  const store = await readPkcs12(Buffer.from(pfx.toSchema().toBER()), 'secret')
  t.ok(store.privateKey!.equals(client.privateKey))
  t.strictSame(store.certificate!.raw, client.der)
  t.equal(store.friendlyName, 'by pkijs')
})
