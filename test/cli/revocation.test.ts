import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { writePem } from '../../lib/certificate/index.js'
import { entryFor, listOf, nextWeek, now, tomorrow, yesterday, lastWeek, authority, client } from '../trust/revocation-scene.js'
import { hear, holds } from './transcript.js'

const root = authority('Root')
const issuing = authority('Issuing', { issuer: root })
const alice = client(issuing, { subject: 'alice' })
const bob = client(issuing, { subject: 'bob' })
const pem = (...lists: ReadonlyArray<ReturnType<typeof listOf>>) => lists.map(({ raw }) => writePem('X509 CRL', raw)).join('')

const ofRoot = listOf(root, { nextUpdate: nextWeek, number: 1 })
const ofIssuing = listOf(issuing, { number: 2, entries: [entryFor(bob.certificate, { reason: 'keyCompromise' })] })
const files = {
  'alice.cer': alice.pem + issuing.pem,
  'bob.cer': bob.pem + issuing.pem,
  'root.cer': root.pem,
  'all.crl': pem(ofRoot, ofIssuing),
  'root.crl': pem(ofRoot),
  'old.crl': pem(listOf(issuing, { number: 1, thisUpdate: lastWeek, nextUpdate: yesterday })),
  'long.crl': pem(listOf(issuing, { nextUpdate: new Date('2040-01-01T00:00:00Z') }), listOf(root, { nextUpdate: new Date('2040-01-01T00:00:00Z') }))
}

t.test('explain tells who is revoked by the lists it is given', async (t) => {
  const cwd = t.testdir(files)
  writeFileSync(join(cwd, 'issuing.der'), ofIssuing.raw)
  await holds(t, { cwd, now }, `
    $ client-certificate explain alice.cer --trust root.cer --crl all.crl
    alice.cer would get in (clientAuth) at 2030-06-15T12:00:00Z, and until 2030-06-16T12:00:00Z, when newer certificate lists are needed

      0  CN=alice    2030-01-01T00:00:00Z to 2030-12-31T23:59:59Z  good
      1  CN=Issuing  2030-01-01T00:00:00Z to 2030-12-31T23:59:59Z  good
      2  CN=Root     2030-01-01T00:00:00Z to 2030-12-31T23:59:59Z  trusted
    $ client-certificate explain bob.cer --trust root.cer --crl root.crl --crl issuing.der
    bob.cer would be refused (clientAuth) at 2030-06-15T12:00:00Z: the certificate was revoked at 2030-06-08T12:00:00.000Z (keyCompromise) (certificate 0: CN=bob)
    code: ERR_CERTIFICATION_PATH_REVOKED
    hint: the client needs a new certificate

      0  CN=bob      2030-01-01T00:00:00Z to 2030-12-31T23:59:59Z  refused: REVOKED
      1  CN=Issuing  2030-01-01T00:00:00Z to 2030-12-31T23:59:59Z
      2  CN=Root     2030-01-01T00:00:00Z to 2030-12-31T23:59:59Z  trusted
    [exit 1]
    $ client-certificate explain bob.cer --trust root.cer
    bob.cer would get in (clientAuth) at 2030-06-15T12:00:00Z, and until 2030-12-31T23:59:59Z
    revocation: not checked (no --crl)

      0  CN=bob      2030-01-01T00:00:00Z to 2030-12-31T23:59:59Z  good
      1  CN=Issuing  2030-01-01T00:00:00Z to 2030-12-31T23:59:59Z  good
      2  CN=Root     2030-01-01T00:00:00Z to 2030-12-31T23:59:59Z  trusted
    $ client-certificate explain alice.cer --trust root.cer --crl long.crl
    alice.cer would get in (clientAuth) at 2030-06-15T12:00:00Z, and until 2030-12-31T23:59:59Z

      0  CN=alice    2030-01-01T00:00:00Z to 2030-12-31T23:59:59Z  good
      1  CN=Issuing  2030-01-01T00:00:00Z to 2030-12-31T23:59:59Z  good
      2  CN=Root     2030-01-01T00:00:00Z to 2030-12-31T23:59:59Z  trusted
  `)
})

t.test('what becomes of those of whom nothing is known, or nothing new, is told by options', async (t) => {
  const cwd = t.testdir(files)
  const first = async (options: string) => {
    const { stdout, status } = await hear(['explain', 'alice.cer', '--trust', 'root.cer', ...options.split(' ')], { cwd, now })
    return [status, stdout.split('\n')[0]]
  }
  const refused = (problem: string) => [1, `alice.cer would be refused (clientAuth) at 2030-06-15T12:00:00Z: whether the certificate is revoked is not known: ${problem}`]
  const accepted = (until: string) => [0, `alice.cer would get in (clientAuth) at 2030-06-15T12:00:00Z, and until ${until}`]
  t.strictSame(await first('--crl root.crl'), refused('no certificate list that tells of it is known (issuer CN=Issuing) (certificate 0: CN=alice)'))
  t.strictSame(await first('--crl root.crl --when-unknown accept'), accepted('2030-06-22T12:00:00Z, when newer certificate lists are needed'))
  t.strictSame(await first('--crl root.crl --crl old.crl'), refused('the certificate list 1 of CN=Issuing is over since 2030-06-14T12:00:00.000Z (certificate 0: CN=alice)'))
  t.strictSame(await first('--crl root.crl --crl old.crl --when-stale accept'), accepted('2030-06-22T12:00:00Z, when newer certificate lists are needed'))
  t.strictSame(await first('--crl old.crl --when-stale accept --revocation-depth end-entity'), accepted('2030-12-31T23:59:59Z'))
})

t.test('a program is told the same', async (t) => {
  const cwd = t.testdir(files)
  const told = async (file: string) => JSON.parse((await hear(['explain', file, '--trust', 'root.cer', '--crl', 'all.crl', '--json'], { cwd, now })).stdout)
  t.match(await told('alice.cer'), { getsIn: true, until: tomorrow.toISOString() })
  t.match(await told('bob.cer'), { getsIn: false, code: 'ERR_CERTIFICATION_PATH_REVOKED', rule: 'REVOKED', depth: 0, certificate: 'CN=bob' })
})

t.test('options of revocation are nothing without a list, and a file without one is refused', async (t) => {
  const cwd = t.testdir(files)
  await holds(t, { cwd, now }, `
    $ client-certificate explain alice.cer --trust root.cer --when-unknown accept
    ! error: how revocation is judged is told, and there is no list
    ! hint: give certificate lists by --crl
    [exit 2]
    $ client-certificate explain alice.cer --trust root.cer --crl root.cer
    ! error: root.cer cannot be read: the PEM text holds no certificate list (X509 CRL), only CERTIFICATE
    [exit 1]
  `)
})
