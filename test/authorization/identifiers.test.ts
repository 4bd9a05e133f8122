import t from 'tap'
import { compilePolicy } from '../../lib/authorization/index.js'
import { readCertificate } from '../../lib/certificate/index.js'
import { mint, mintAuthority } from '../helpers/mint.js'
import { authority, caller, certificatePolicies, judged, named, permits, withPurposes } from './caller.js'
import { refuses, type Refusal } from './refusals.js'

const alice = named(['commonName', 'alice'])

t.test('a fingerprint is told in any usual spelling', async (t) => {
  const { fingerprint256, publicKeyFingerprint256 } = alice
  for (const spell of [(text: string) => text, (text: string) => text.toLowerCase(), (text: string) => text.replaceAll(':', ''), (text: string) => text.replaceAll(':', '').toLowerCase()]) {
    t.ok(permits({ fingerprint256: spell(fingerprint256) }, alice), spell(fingerprint256))
    t.ok(permits({ publicKeyFingerprint256: spell(publicKeyFingerprint256) }, alice), spell(publicKeyFingerprint256))
  }
  t.ok(permits({ fingerprint256: ['00'.repeat(32), fingerprint256] }, alice))
})

t.test('another fingerprint does not match', async (t) => {
  t.equal(judged({ fingerprint256: alice.publicKeyFingerprint256 }, alice).reason, 'authorize.fingerprint256 is another')
  t.equal(judged({ publicKeyFingerprint256: alice.fingerprint256 }, alice).reason, 'authorize.publicKeyFingerprint256 is another')
})

t.test('a key fingerprint stays when the certificate is renewed, that of the certificate does not', async (t) => {
  const renewed = caller({ subject: 'alice' })
  t.ok(permits({ publicKeyFingerprint256: alice.publicKeyFingerprint256 }, renewed))
  t.notOk(permits({ fingerprint256: alice.fingerprint256 }, renewed))
})

t.test('a serial number is told in any usual spelling', async (t) => {
  const issuer = { commonName: 'Test CA' }
  const cases: Array<[string, Array<string | bigint>, Array<string | bigint>]> = [
    ['65', ['65', '0x65', '0X0065', '00:65', 101n], ['0x101', '6', '5', '6500', '5665', 65n]],
    ['0abc', ['abc', '0abc', 'ABC', '0A:bc', '00:0A:BC'], ['ab', 'abc0']],
    ['00', ['0', '00', '00:00'], ['1', '10']],
    ['80ff', ['80ff', '80FF', '80:ff', '00:80:ff', 0x80ffn], ['ff80', '7f01', '-7f01']],
    ['05', ['5', '05', '005', 5n], ['-5', '50']]
  ]
  for (const [serial, same, others] of cases) {
    const certificate = caller({ serialNumber: Buffer.from(serial, 'hex') })
    t.equal(certificate.serialNumber, serial)
    for (const text of same) t.ok(permits({ issuer, serialNumber: text }, certificate), `${text} is ${serial}`)
    for (const text of others) t.notOk(permits({ issuer, serialNumber: text }, certificate), `${text} is not ${serial}`)
    t.ok(permits({ issuer, serialNumber: [others[0], same[0]] }, certificate))
    t.equal(judged({ issuer, serialNumber: others }, certificate).reason, 'authorize.serialNumber is another')
  }
})

t.test('a negative serial number is accepted as the certificate prints it', async (t) => {
  const issuer = { commonName: 'Test CA' }
  for (const [bytes, text, number] of [['ff', '-1', -1n], ['80', '-80', -128n], ['ff01', '-ff', -255n], ['f000', '-1000', -4096n]] as const) {
    // The writer puts a zero in front of a negative number, so the byte is changed in what it wrote.
    const minted = mint({ issuer: authority, serialNumber: Buffer.from(`7a${bytes.slice(2)}`, 'hex') })
    const at = minted.der.indexOf(Buffer.from([2, bytes.length / 2, 0x7a]))
    minted.der[at + 2] = parseInt(bytes.slice(0, 2), 16)
    const certificate = readCertificate(minted.der).along([authority.certificate])
    t.equal(certificate.serialNumber, text)
    for (const form of [text, text.replace('-', '-0x'), number]) t.ok(permits({ issuer, serialNumber: form }, certificate), String(form))
    for (const other of [text.slice(1) === '1' ? '1' : `0x${text.slice(1)}`, '-2']) t.notOk(permits({ issuer, serialNumber: other }, certificate), other)
  }
})

t.test('a serial number of decimal digits that is not in the printed form is refused, in that form there is a warning', async (t) => {
  const at = (serialNumber: string) => ({ issuer: 'CN=a', serialNumber })
  refuses(t, ([['101', "'0x101'", '101n'], ['0065', "'0x0065'", '65n'], ['-010', "'-0x010'", '-10n']] as const).map(([text, hexadecimal, decimal]): Refusal =>
    [at(text), 'authorize.serialNumber', `could be hexadecimal or decimal: write ${hexadecimal} if it is hexadecimal, or the bigint ${decimal} if it is decimal`]))
  const warnings: string[] = []
  const compile = (text: string, route?: string) => compilePolicy(at(text), 'authorize', { route, warn: (warning) => { warnings.push(warning) } })
  for (const text of ['1000', '-80']) compile(text)
  compile('1234', 'GET /admin')
  for (const text of ['0x1000', '10:00', '0abc', 'abc', '7', '07', '0', '-1']) compile(text)
  t.strictSame(warnings, [
    "option 'authorize.serialNumber' is read as hexadecimal: write '0x1000' if it is hexadecimal, or the bigint 1000n if it is decimal",
    "option 'authorize.serialNumber' is read as hexadecimal: write '-0x80' if it is hexadecimal, or the bigint -80n if it is decimal",
    "option 'authorize.serialNumber' of route GET /admin is read as hexadecimal: write '0x1234' if it is hexadecimal, or the bigint 1234n if it is decimal"
  ])
})

t.test('a serial number of another issuer does not count', async (t) => {
  const other = mintAuthority({ subject: 'Other CA' })
  const serialNumber = Buffer.from('65', 'hex')
  const policy = { issuer: { commonName: 'Test CA' }, serialNumber: '65' }
  t.ok(permits(policy, caller({ serialNumber })))
  t.equal(judged(policy, caller({ serialNumber, issuer: other }, other.certificate)).reason, 'authorize.issuer.commonName does not match: the name has another value')
})

t.test('a purpose is told by name or number', async (t) => {
  const certificate = withPurposes('clientAuth', 'smartcardLogon')
  for (const purpose of ['clientAuth', '1.3.6.1.5.5.7.3.2', 'smartcardLogon', '1.3.6.1.4.1.311.20.2.2']) t.ok(permits({ extendedKeyUsage: purpose }, certificate), purpose)
  t.ok(permits({ extendedKeyUsage: ['serverAuth', 'clientAuth'] }, certificate), 'by any member')
  t.ok(permits({ extendedKeyUsage: '1.2.3.4' }, withPurposes('1.2.3.4')))
  t.equal(judged({ extendedKeyUsage: ['serverAuth', '1.2.3.4'] }, certificate).reason,
    'authorize.extendedKeyUsage does not match: the certificate is for other purposes')
})

t.test('a certificate that names no purpose has none, and any purpose is not each', async (t) => {
  t.equal(judged({ extendedKeyUsage: 'clientAuth' }, alice).reason, 'authorize.extendedKeyUsage does not match: the certificate has no such extension')
  t.notOk(permits({ extendedKeyUsage: 'clientAuth' }, withPurposes('anyExtendedKeyUsage')))
  t.ok(permits({ extendedKeyUsage: 'anyExtendedKeyUsage' }, withPurposes('anyExtendedKeyUsage')))
})

t.test('a certificate policy is told by its number', async (t) => {
  const certificate = caller({ extensions: [certificatePolicies('1.2.3.4', '1.2.3.5')] })
  t.ok(permits({ certificatePolicies: '1.2.3.5' }, certificate))
  t.ok(permits({ certificatePolicies: ['1.2.3.6', '1.2.3.4'] }, certificate))
  t.equal(judged({ certificatePolicies: '1.2.3' }, certificate).reason, 'authorize.certificatePolicies does not match: the certificate asserts others')
  t.equal(judged({ certificatePolicies: '1.2.3.4' }, alice).reason, 'authorize.certificatePolicies does not match: the certificate asserts none')
  t.notOk(permits({ certificatePolicies: '1.2.3.4' }, caller({ extensions: [certificatePolicies('2.5.29.32.0')] })), 'anyPolicy stands for itself')
})

t.test('all keys of a policy must match', async (t) => {
  const all = { subject: { commonName: 'alice' }, issuer: { commonName: 'Test CA' }, publicKeyFingerprint256: alice.publicKeyFingerprint256 }
  t.ok(permits(all, alice))
  t.notOk(permits({ ...all, subject: { commonName: 'bob' } }, alice))
  t.notOk(permits({ ...all, issuer: { commonName: 'bob' } }, alice))
  t.notOk(permits({ ...all, publicKeyFingerprint256: '00'.repeat(32) }, alice))
})
