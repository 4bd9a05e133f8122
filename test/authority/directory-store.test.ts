import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openDirectoryStore } from '../../lib/authority/index.js'
import { readCertificate } from '../../lib/certificate/index.js'
import { storeContract } from '../../lib/authority/store-contract.js'
import { mintAuthority, mintClient } from '../helpers/mint.js'

const authority = mintAuthority()
const code = 'ERR_CERTIFICATE_AUTHORITY'
const at = new Date('2026-01-02T03:04:05Z')

function client (subject = 'client', serialNumber?: string) {
  return mintClient(authority, { subject, notAfter: new Date('2040-06-07T08:09:10Z'), ...(serialNumber && { serialNumber: Buffer.from(serialNumber, 'hex') }) })
}

const read = (...path: string[]) => readFileSync(join(...path), 'latin1')
const line = (serial: string, name = `/CN=${serial}`) => `V\t400607080910Z\t\t${serial}\tunknown\t${name}\n`

t.test('the store in a directory', async (t) => {
  let count = 0
  const folder = t.testdir()
  await storeContract(t, async () => {
    const directory = join(folder, String(count++))
    return { store: await openDirectoryStore(directory, { create: true }), open: async () => await openDirectoryStore(directory) }
  })
})

t.test('the store in the pki of easy-rsa', async (t) => {
  let count = 0
  const folder = t.testdir()
  await storeContract(t, async () => {
    const pki = join(folder, String(count++))
    makeEasyRsa(pki)
    return { store: await openDirectoryStore(pki), open: async () => await openDirectoryStore(pki) }
  })
})

// As `easyrsa init-pki` and `build-ca` leave it.
function makeEasyRsa (pki: string): void {
  for (const name of ['certs_by_serial', 'issued', 'private', 'reqs', 'revoked/certs_by_serial']) mkdirSync(join(pki, name), { recursive: true })
  for (const [name, text] of [['index.txt', ''], ['index.txt.attr', 'unique_subject = no\n'], ['serial', '01\n']]) writeFileSync(join(pki, name), text)
}

t.test('a new directory has all that openssl ca needs, and is not made twice', async (t) => {
  const directory = t.testdir()
  const store = await openDirectoryStore(join(directory, 'a/ca'), { create: true })
  t.strictSame(readdirSync(join(directory, 'a/ca')).sort(), ['crlnumber', 'index.txt', 'index.txt.attr', 'newcerts', 'serial'])
  t.match(read(directory, 'a/ca/serial'), /^1[0-9A-F]{39}\n$/)
  t.equal(read(directory, 'a/ca/crlnumber'), '01\n')
  t.equal(read(directory, 'a/ca/index.txt.attr'), 'unique_subject = no\n')
  const { certificate, pem } = client('alice', '4aff')
  await store.add(certificate)
  t.equal(read(directory, 'a/ca/index.txt'), 'V\t400607080910Z\t\t4AFF\tunknown\t/CN=alice\n')
  t.equal(read(directory, 'a/ca/newcerts/4AFF.pem'), pem)
  const serial = read(directory, 'a/ca/serial')
  t.equal((await (await openDirectoryStore(join(directory, 'a/ca'), { create: true })).list()).length, 1)
  t.equal(read(directory, 'a/ca/serial'), serial)
})

t.test('what is there of a directory without an index stays', async (t) => {
  const directory = t.testdir({ serial: '05\n', crlnumber: '1000\n', newcerts: {} })
  const store = await openDirectoryStore(directory, { create: true })
  t.equal(read(directory, 'serial'), '05\n')
  t.equal(await store.nextListNumber(), 0x1000n)
  t.equal(read(directory, 'crlnumber'), '1001\n')
})

t.test('a directory without an index is not opened, and not made where openssl ca was interrupted', async (t) => {
  const directory = t.testdir({ 'index.txt.old': '' })
  const index = join(directory, 'index.txt')
  await t.rejects(openDirectoryStore(directory), { code, message: `there is no ${index} (where index.txt.new or index.txt.old is, openssl ca was interrupted: rename the one that is complete)` })
  await t.rejects(openDirectoryStore(directory, { create: true }), { code, message: `there is no ${index}, but ${index}.old: openssl ca was interrupted; rename the one that is complete` })
  t.strictSame(readdirSync(directory), ['index.txt.old'])
})

t.test('an index that cannot be read is an error of the system', async (t) => {
  const directory = t.testdir({ 'index.txt': {} })
  await t.rejects(openDirectoryStore(directory), { code: 'EISDIR' })
  const file = t.testdir({ file: '' })
  await t.rejects(openDirectoryStore(join(file, 'file')), { code: 'ENOTDIR' })
})

t.test('comments, empty lines and foreign spellings stay as they are', async (t) => {
  const lines = ['# made by hand\n', line('0A'), '\n', 'R\t300101000000Z\t260102030405Z,holdInstruction,1.2.840.10040.2.2\t0b\tunknown\t/CN=b\r\n', 'E\t2001010000Z\t\t0C\tc\\\td.pem\t/CN=c\n', '\n']
  const directory = t.testdir({ 'index.txt': lines.join(''), 'index.txt.attr': '# x\nunique_subject = no\n' })
  const store = await openDirectoryStore(directory)
  await store.update('0a', () => ({ at }))
  await store.update('0b', (entry) => entry.revocation)
  await store.update('0c', (entry) => entry.revocation)
  lines[1] = 'R\t400607080910Z\t260102030405Z\t0A\tunknown\t/CN=0A\n'
  t.equal(read(directory, 'index.txt'), lines.join(''))
  await store.add(client('d', '0d').certificate)
  t.equal(read(directory, 'index.txt'), lines.join('') + line('0D', '/CN=d'))
  await store.update('0c', () => ({ at, reason: 'superseded' }))
  t.equal(read(directory, 'index.txt').split('\n')[4], 'R\t2001010000Z\t260102030405Z,superseded\t0C\tc\\\td.pem\t/CN=c')
  t.strictSame((await store.list()).map(({ serialNumber, subject, revocation }) => [serialNumber, subject, revocation?.reason]),
    [['0a', 'CN=0A', undefined], ['0b', 'CN=b', 'certificateHold'], ['0c', 'CN=c', 'superseded'], ['0d', 'CN=d', undefined]])
  t.strictSame((await store.list())[2].notAfter, new Date('2020-01-01T00:00:00Z'))
})

t.test('the index is read again where another program has changed it', async (t) => {
  const directory = t.testdir({ 'index.txt': line('0A') })
  const store = await openDirectoryStore(directory)
  writeFileSync(join(directory, 'index.txt'), line('0A') + line('0B'))
  t.strictSame((await store.list()).map((entry) => entry.serialNumber), ['0a', '0b'])
  await t.rejects(store.add(client('b', '0b').certificate), { code, message: 'serial number 0b is in the store already' })
})

t.test('a line that a crash tore is repaired by the next one who reads', async (t) => {
  const { certificate, pem } = client('alice', '4aff')
  const whole = line('4AFF', '/CN=alice')
  for (let length = 1; length < whole.length; length++) {
    // Also as file systems do that keep the length before the content.
    const torn = whole.slice(0, length) + '\0'.repeat(length % 3)
    const directory = t.testdir({ 'index.txt': line('01') + torn, newcerts: { '4AFF.pem': pem } })
    const store = await openDirectoryStore(directory)
    const isNamed = whole.slice(0, length).includes('unknown\t')
    t.equal(read(directory, 'index.txt'), line('01') + (isNamed ? whole : ''), `cut at ${length}`)
    if (!isNamed) await store.add(certificate)
    t.equal(read(directory, 'index.txt'), line('01') + whole)
  }
})

t.test('a last line without its end that is no torn one stays, or is an error', async (t) => {
  const { pem } = client('alice', '4aff')
  const revoked = 'R\t400607080910Z\t260102030405Z\t4AFF\tunknown\t/CN=alice'
  for (const [last, result] of [['\0\0', ''], [line('0B').trimEnd(), line('0B')], ['# end', '# end\n'], [revoked, `${revoked}\n`]]) {
    const directory = t.testdir({ 'index.txt': line('01') + last, newcerts: { '4AFF.pem': pem } })
    await openDirectoryStore(directory)
    t.equal(read(directory, 'index.txt'), line('01') + result)
  }
  const directory = t.testdir({ 'index.txt': line('01') + 'R\t40' })
  await t.rejects(openDirectoryStore(directory), { code, message: `${join(directory, 'index.txt')}, last line, has 2 fields between tabs, not 6` })
  t.equal(read(directory, 'index.txt'), line('01') + 'R\t40')
})

t.test('what is no index is an error that names the line', async (t) => {
  const directory = t.testdir({ 'index.txt': line('01') + line('02') + line('01') })
  const index = join(directory, 'index.txt')
  await t.rejects(openDirectoryStore(directory), { code, message: `${index}, lines 1 and 3, are of one serial number, 01` })
  writeFileSync(index, line('01') + '[ ca ]\n')
  await t.rejects(openDirectoryStore(directory), { code, message: `${index}, line 2, has 1 fields between tabs, not 6` })
})

t.test('a second valid certificate of a name needs unique_subject = no', async (t) => {
  for (const attributes of [undefined, 'unique_subject = yes\n', 'unique_subject=true', '# unique_subject = no\n']) {
    const directory = t.testdir({ 'index.txt': line('01', '/CN=alice'), ...(attributes && { 'index.txt.attr': attributes }) })
    const store = await openDirectoryStore(directory)
    const refusal = { code, message: `there is a valid certificate of CN=alice, and ${join(directory, 'index.txt.attr')} does not allow a second one of a name: revoke the first, or write "unique_subject = no" into that file` }
    await t.rejects(store.add(client('alice').certificate), refusal)
    await store.update('01', () => ({ at, reason: 'certificateHold' }))
    await store.add(client('alice').certificate)
    await t.rejects(store.update('01', () => undefined), refusal)
    t.equal((await store.list())[0].revocation?.reason, 'certificateHold')
  }
  for (const word of ['no', 'false', '0']) {
    const directory = t.testdir({ 'index.txt': line('01', '/CN=alice'), 'index.txt.attr': `unique_subject = ${word}\n` })
    await (await openDirectoryStore(directory)).add(client('alice').certificate)
  }
})

t.test('openssl ca is kept from serial numbers that it would come to', async (t) => {
  const directory = t.testdir({ 'index.txt': '', serial: '0A\n' })
  const store = await openDirectoryStore(directory)
  for (const [serialNumber, next] of [['09', '0A'], ['0a', '0B'], ['0f', '10'], ['4fffffffffffffffffff', '10']]) {
    await store.add(client(serialNumber, serialNumber).certificate)
    t.equal(read(directory, 'serial'), `${next}\n`, serialNumber)
  }
  // A negative number, which older authorities gave out by mistake.
  const { der } = client('n', '76')
  der[der.indexOf(Buffer.from([0x02, 0x01, 0x76])) + 2] = 0xf6
  await store.add(readCertificate(der))
  t.match(read(directory, 'index.txt'), '\t-0A\tunknown\t/CN=n\n')
  t.equal(read(directory, 'serial'), '10\n')
  t.same((await store.certificate('-a'))?.raw, der)
  rmSync(join(directory, 'serial'))
  await store.add(client('b', '10').certificate)
  t.notOk(readdirSync(directory).includes('serial'), 'where there is none, none is made')
})

t.test('the first number of a list is 1; a file without a number is an error', async (t) => {
  const directory = t.testdir({ 'index.txt': '' })
  const store = await openDirectoryStore(directory)
  t.equal(await store.nextListNumber(), 1n)
  t.equal(read(directory, 'crlnumber'), '02\n')
  writeFileSync(join(directory, 'crlnumber'), 'one\n')
  await t.rejects(store.nextListNumber(), { code, message: `${join(directory, 'crlnumber')} holds no hexadecimal number` })
  rmSync(join(directory, 'crlnumber'))
  mkdirSync(join(directory, 'crlnumber'))
  await t.rejects(store.nextListNumber(), { code: 'EISDIR' })
})

t.test('a certificate\'s file is taken only for the certificate of its serial number', async (t) => {
  const { certificate, pem } = client('alice', '4aff')
  const other = client('mallory', '4aff')
  const directory = t.testdir({ 'index.txt': line('4AFF', '/CN=alice'), newcerts: { '4AFF.pem': client('bob', '4bff').pem, '4CFF.pem': other.pem } })
  const store = await openDirectoryStore(directory)
  const file = join(directory, 'newcerts/4AFF.pem')
  await t.rejects(store.certificate('4aff'), { code, message: `${file} does not hold the certificate of its serial number` })
  t.equal((await store.list())[0].subject, 'CN=alice', 'then the name in the index tells')
  writeFileSync(file, 'nothing')
  await t.rejects(store.certificate('4aff'), { code, message: `${file} cannot be read as a certificate` })
  rmSync(file)
  t.equal(await store.certificate('4aff'), undefined)
  writeFileSync(file, `Certificate:\n    Data:\n${pem}`)
  t.same((await store.certificate('4aff'))?.raw, certificate.raw)
  t.equal(await store.certificate('4cff'), undefined, 'a file that is in no index is not looked at')
})

t.test('a file that a crash left behind is taken over by its own certificate alone', async (t) => {
  const { certificate, pem } = client('alice', '4aff')
  const directory = t.testdir({ 'index.txt': '', newcerts: { '4AFF.pem': client('mallory', '4aff').pem } })
  const store = await openDirectoryStore(directory)
  const file = join(directory, 'newcerts/4AFF.pem')
  await t.rejects(store.add(certificate), { code, message: `${file} is there already, with another certificate of this serial number` })
  t.equal(read(directory, 'index.txt'), '')
  writeFileSync(file, pem)
  await store.add(certificate)
  t.equal(read(directory, 'index.txt'), line('4AFF', '/CN=alice'))
})

t.test('in the pki of easy-rsa a certificate is where easyrsa looks for it, and found where easyrsa put it', async (t) => {
  const pki = t.testdir()
  makeEasyRsa(pki)
  const store = await openDirectoryStore(pki)
  const { certificate, pem } = client('alice', '4aff')
  await store.add(certificate)
  t.equal(read(pki, 'certs_by_serial/4AFF.pem'), pem)
  t.equal(read(pki, 'issued/4AFF.crt'), pem)
  for (const name of ['certs_by_serial/4AFF.pem', 'issued/4AFF.crt']) rmSync(join(pki, name))
  writeFileSync(join(pki, 'revoked/certs_by_serial/4AFF.crt'), pem)
  t.same((await store.certificate('4aff'))?.raw, certificate.raw)
})
