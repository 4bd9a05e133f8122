import t from 'tap'
import { deriveOctets, purposes } from '../../lib/certificate/pkcs12-key-derivation.js'
import { passwordsOf } from '../../lib/certificate/password-based-encryption.js'

// The test vectors of the PKCS #12 key derivation that Bouncy Castle and others share, from the authors of PKCS #12.
t.test('keys are those of the published vectors', async (t) => {
  const cases = [
    ['smeg', 'key', '0A58CF64530D823F', 1, '8AAAE6297B6CB04642AB5B077851284EB7128F1A2A7FBCA3'],
    ['smeg', 'initializationVector', '0A58CF64530D823F', 1, '79993DFE048D3B76'],
    ['smeg', 'key', '642B99AB44FB4B1F', 1, 'F3A95FEC48D7711E985CFE67908C5AB79FA3D7C5CAA5D966'],
    ['smeg', 'initializationVector', '642B99AB44FB4B1F', 1, 'C0A38D64A79BEA1D'],
    ['smeg', 'mac', '3D83C0E4546AC140', 1, '8D967D88F6CAA9D714800AB3D48051D63F73A312'],
    ['queeg', 'key', '05DEC959ACFF72F7', 1000, 'ED2034E36328830FF09DF1E1A07DD357185DAC0D4F9EB3D4'],
    ['queeg', 'initializationVector', '05DEC959ACFF72F7', 1000, '11DEDAD7758D4860'],
    ['queeg', 'key', '1682C0FC5B3F7EC5', 1000, '483DD6E919D7DE2E8E648BA8F862F3FBFBDC2BCB2C02957F'],
    ['queeg', 'initializationVector', '1682C0FC5B3F7EC5', 1000, '9D461D1B00355C50'],
    ['queeg', 'mac', '263216FCC2FAB31C', 1000, '5EC4C7A80DF652294C3925B6489A7AB857C83476']
  ] as const
  for (const [passphrase, purpose, salt, iterations, expected] of cases) {
    const [{ bmp }] = passwordsOf(passphrase)
    const found = deriveOctets({
      digest: 'sha1', purpose: purposes[purpose], password: bmp, salt: Buffer.from(salt, 'hex'), iterations, length: expected.length / 2
    })
    t.equal(found.toString('hex').toUpperCase(), expected, `${passphrase}, ${purpose}, ${iterations}`)
  }
})

t.test('the empty passphrase may be a terminator or nothing, which are two keys', async (t) => {
  const [terminated, nothing] = passwordsOf('')
  t.strictSame(terminated.bmp, Buffer.from([0, 0]))
  t.strictSame(nothing.bmp, Buffer.alloc(0))
  const derive = (password: Buffer) => deriveOctets({ digest: 'sha256', purpose: purposes.mac, password, salt: Buffer.alloc(8), iterations: 2, length: 32 })
  t.notSame(derive(terminated.bmp), derive(nothing.bmp))
})

t.test('a passphrase beyond ASCII is UTF-16 with its big end first', async (t) => {
  t.strictSame(passwordsOf('ä😀')[0].bmp.toString('hex'), '00e4d83dde000000')
})
