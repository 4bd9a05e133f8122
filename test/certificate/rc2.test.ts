import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import t from 'tap'
import { decryptBlock, decryptRc2Cbc, expandKey } from '../../lib/certificate/rc2.js'
import { parts } from '../helpers/parts.js'

// RFC 2268, section 5: key, effective bits, plaintext, ciphertext.
const vectors: ReadonlyArray<readonly [key: string, bits: number, clear: string, encrypted: string]> = [
  ['0000000000000000', 63, '0000000000000000', 'ebb773f993278eff'],
  ['ffffffffffffffff', 64, 'ffffffffffffffff', '278b27e42e2f0d49'],
  ['3000000000000000', 64, '1000000000000001', '30649edf9be7d2c2'],
  ['88', 64, '0000000000000000', '61a8a244adacccf0'],
  ['88bca90e90875a', 64, '0000000000000000', '6ccf4308974c267f'],
  ['88bca90e90875a7f0f79c384627bafb2', 64, '0000000000000000', '1a807d272bbe5db1'],
  ['88bca90e90875a7f0f79c384627bafb2', 128, '0000000000000000', '2269552ab0f85ca6'],
  ['88bca90e90875a7f0f79c384627bafb216f80a6f85920584c42fceb0be255daf1e', 129, '0000000000000000', '5b78d3a43dfff1f1']
]

t.test('the test vectors of RFC 2268', async (t) => {
  for (const [key, bits, clear, encrypted] of vectors) {
    const octets = Buffer.from(encrypted, 'hex')
    const words = Uint16Array.from([0, 2, 4, 6].map((at) => octets.readUInt16LE(at)))
    decryptBlock(words, expandKey(Buffer.from(key, 'hex'), bits))
    t.equal(Buffer.from(words.buffer).toString('hex'), clear, `${key}, ${bits} bits`)
  }
})

t.test('what OpenSSL encrypts in CBC mode is decrypted', { skip: parts.missing('openssl') }, async (t) => {
  for (const [cipher, length] of [['rc2-40-cbc', 5], ['rc2-64-cbc', 8], ['rc2-cbc', 16]] as const) {
    const [key, iv, clear] = [randomBytes(length), randomBytes(8), randomBytes(800)]
    const argv = ['enc', `-${cipher}`, '-provider', 'legacy', '-provider', 'default', '-nopad', '-K', key.toString('hex'), '-iv', iv.toString('hex')]
    const encrypted = execFileSync('openssl', argv, { input: clear, stdio: ['pipe', 'pipe', 'pipe'] })
    t.strictSame(decryptRc2Cbc(encrypted, key, iv), clear, cipher)
  }
})
