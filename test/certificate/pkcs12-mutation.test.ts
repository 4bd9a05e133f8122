import t from 'tap'
import fc from 'fast-check'
import { CertificateError } from '../../lib/errors.js'
import { readPkcs12, readPrivateKey, writePkcs12 } from '../../lib/certificate/index.js'
import { writeSequence } from '../../lib/certificate/der-writer.js'
import { mint } from '../helpers/mint.js'
import { certificateBag, data, indefinite, keyBag, pfx } from '../helpers/pfx.js'
import { encryptedKeys, tripleDesPassphrase, tripleDesPkcs12 } from '../helpers/throw-away-keys.js'

const { privateKey, certificate, der } = mint()
const plain = pfx([data(writeSequence(keyBag(privateKey.export({ type: 'pkcs8', format: 'der' })), certificateBag(der)))])

/** One to three octets changed, or octets put in, or the end cut off. */
const mutated = (octets: Buffer): fc.Arbitrary<Buffer> => {
  const place = fc.nat(octets.length - 1)
  return fc.oneof(
    { weight: 4, arbitrary: fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 3 }).map((changes) => changed(octets, changes)) },
    fc.tuple(place, fc.uint8Array({ maxLength: 8 })).map(([at, added]) => Buffer.concat([octets.subarray(0, at), added, octets.subarray(at)])),
    place.map((end) => octets.subarray(0, end))
  )
}

function changed (octets: Buffer, changes: ReadonlyArray<readonly [place: number, value: number]>): Buffer {
  const copy = Buffer.from(octets)
  for (const [place, value] of changes) copy[place] = value
  return copy
}

const isCertificateError = (error: unknown) => {
  if (!(error instanceof CertificateError)) throw error
}

t.setTimeout(900_000)

t.test('whatever is done to a PKCS #12, there is a value or a CertificateError', async (t) => {
  const modern = await writePkcs12({ privateKey, certificate, passphrase: 'secret', friendlyName: 'name', iterations: 2 })
  const compatible = await writePkcs12({ privateKey, certificate, passphrase: 'secret', profile: 'compatible', iterations: 2 })
  const stores: ReadonlyArray<[name: string, octets: Buffer, passphrase: string]> = [
    ['modern', modern, 'secret'], ['compatible', compatible, 'secret'], ['triple DES', tripleDesPkcs12, tripleDesPassphrase],
    ['in the clear, without a MAC', plain, 'secret'], ['BER', indefinite(plain), '']
  ]
  for (const [name, octets, passphrase] of stores) {
    await readPkcs12(octets, passphrase)
    let values = 0
    let errors = 0
    await fc.assert(fc.asyncProperty(mutated(octets), async (mutant) => {
      await readPkcs12(mutant, passphrase).then(() => values++, (error) => { errors++; isCertificateError(error) })
    }), { numRuns: 500 })
    t.ok(errors > 0, `${name}: ${values} values, ${errors} errors`)
  }
})

t.test('whatever is done to a private key, there is a value or a CertificateError', async (t) => {
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }) as string
  const traditional = privateKey.export({ type: 'sec1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }) as string
  const keys = [
    ...['pkcs8', 'sec1'].map((type) => privateKey.export({ type, format: 'der' } as never) as unknown as Buffer),
    ...Object.values(encryptedKeys), Buffer.from(pem), Buffer.from(traditional)
  ]
  for (const octets of keys) {
    fc.assert(fc.property(mutated(octets), (mutant) => {
      try {
        readPrivateKey(mutant, 'x')
      } catch (error) {
        isCertificateError(error)
      }
    }), { numRuns: 300 })
  }
  t.pass(`${keys.length} keys`)
})
