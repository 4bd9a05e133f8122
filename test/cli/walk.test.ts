import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import {
  isKeyOf, readCertificates, readPkcs12, readPrivateKey, writeInteger, writeObjectIdentifier, writeOctetString, writePem, writeSequence
} from '../../lib/certificate/index.js'
import { verifyCertificationPath } from '../../lib/trust/index.js'
import { openRecords } from '../../lib/cli/authority-directory.js'
import { Terminal } from '../../lib/cli/terminal.js'
import { hear, holds, noon } from './transcript.js'

const contents = (directory: string, name: string) => readFileSync(join(directory, name))
const certificateIn = (directory: string, name: string) => readCertificates(contents(directory, name))[0]
const modeOf = (directory: string, name: string) => (statSync(join(directory, name)).mode & 0o777).toString(8)

/** A directory with an authority in it. */
async function withAuthority (t: Test, files: Record<string, string> = {}): Promise<string> {
  const cwd = t.testdir(files)
  await holds(t, { cwd }, `
    $ client-certificate ca create --subject "CN=Example CA,O=Example" --directory ca --no-passphrase
    ! made ca/ca.key: the private key of the authority (EC P-256, not encrypted); it stays with you
    ! made ca/ca.cer: CN=Example CA,O=Example, valid until 2036-11-21T12:00:00Z, serial number <serial>; give it to all who are to trust the authority
    ! note: whoever can read the private key can sign as this authority
  `)
  return cwd
}

t.test('an authority is created, and lets in whom it issued a certificate', async (t) => {
  const cwd = await withAuthority(t)
  await holds(t, { cwd }, `
    $ client-certificate issue --directory ca --subject "CN=bob" --email bob@example.com --email bób@example.com --out bob --no-passphrase
    ! made bob.key: a private key (EC P-256, not encrypted); for its holder alone
    ! made bob.cer: CN=bob, by CN=Example CA,O=Example, valid until 2027-11-24T12:00:00Z, serial number <serial>
    $ client-certificate explain bob.cer --trust ca/ca.cer
    bob.cer would get in (clientAuth) at 2026-11-24T12:00:00Z, and until 2027-11-24T12:00:00Z
    revocation: not checked (no --crl)

      0  CN=bob                   2026-11-24T11:59:00Z to 2027-11-24T12:00:00Z  good
      1  CN=Example CA,O=Example  2026-11-24T11:59:00Z to 2036-11-21T12:00:00Z  trusted
    $ client-certificate explain bob.cer --trust ca/ca.cer --at 2028-01-01
    bob.cer would be refused (clientAuth) at 2028-01-01T00:00:00Z: the certificate expired at 2027-11-24T12:00:00.000Z (certificate 0: CN=bob)
    code: ERR_CERTIFICATION_PATH_EXPIRED
    hint: renew the certificate, and check the clocks of both sides

      0  CN=bob                   2026-11-24T11:59:00Z to 2027-11-24T12:00:00Z  refused: EXPIRED
      1  CN=Example CA,O=Example  2026-11-24T11:59:00Z to 2036-11-21T12:00:00Z  trusted
    [exit 1]
    $ client-certificate inspect bob.cer
    certificate
      subject        CN=bob
      issuer         CN=Example CA,O=Example
      serial number  <serial>
      valid          2026-11-24T11:59:00Z to 2027-11-24T12:00:00Z (365 days left)
      key            EC P-256
      signature      ECDSA with SHA-256
      name           rfc822Name bob@example.com
      name           otherName bób@example.com
      key usage      digitalSignature
      purposes       clientAuth
      fingerprint    SHA-256 <fingerprint>
  `)
  t.strictSame(['bob.key', 'bob.cer', 'ca/ca.key', 'ca/ca.cer'].map((name) => modeOf(cwd, name)), ['600', '644', '600', '644'])
  t.ok(isKeyOf(readPrivateKey(contents(cwd, 'bob.key')), certificateIn(cwd, 'bob.cer')))
})

t.test('what is there already is never overwritten, and then nothing is made', async (t) => {
  const cwd = await withAuthority(t, { 'bob.cer': 'mine' })
  await holds(t, { cwd }, `
    $ client-certificate issue --directory ca --subject "CN=bob" --out bob --no-passphrase
    ! error: bob.cer is there already, and is not overwritten
    ! hint: nothing was changed: move it away, or choose another name
    [exit 1]
    $ client-certificate ca create --subject "CN=Other CA" --directory ca --no-passphrase
    ! error: there is an authority in ca already: ca.cer
    ! hint: nothing was changed: choose another directory
    [exit 1]
    $ client-certificate list --directory ca
    ! none
  `)
  t.strictSame([existsSync(join(cwd, 'bob.key')), String(contents(cwd, 'bob.cer'))], [false, 'mine'])
})

t.test('a passphrase protects the authority, and opens it from a file or the environment', async (t) => {
  const cwd = t.testdir({ secret: 'correct horse\n', wrong: 'x\n', empty: '\n' })
  await holds(t, { cwd }, `
    $ client-certificate ca create --subject "CN=Example CA" --directory ca --passphrase-file secret --pkcs12
    ! made ca/ca.key: the private key of the authority (EC P-256, encrypted); it stays with you
    ! made ca/ca.cer: CN=Example CA, valid until 2036-11-21T12:00:00Z, serial number <serial>; give it to all who are to trust the authority
    ! made ca/ca.p12: both in one file; it stays with you
    $ client-certificate issue --directory ca --subject CN=bob --out bob --no-passphrase
    ! error: ca/ca.key: the private key is encrypted: a passphrase is needed
    ! hint: give it by --ca-passphrase-file FILE, or in the environment as CLIENT_CERTIFICATE_CA_PASSPHRASE
    [exit 1]
    $ client-certificate issue --directory ca --subject CN=bob --out bob --ca-passphrase-file wrong --no-passphrase
    ! error: ca/ca.key: the passphrase is wrong, or the encrypted octets are damaged
    ! hint: it came from wrong
    [exit 1]
    $ CLIENT_CERTIFICATE_CA_PASSPHRASE=x client-certificate issue --directory ca --subject CN=bob --out bob --no-passphrase
    ! error: ca/ca.key: the passphrase is wrong, or the encrypted octets are damaged
    ! hint: it came from CLIENT_CERTIFICATE_CA_PASSPHRASE
    [exit 1]
    $ client-certificate issue --directory ca --subject CN=bob --out bob --ca-passphrase-file empty --no-passphrase
    ! error: the passphrase in empty is empty
    [exit 1]
    $ CLIENT_CERTIFICATE_CA_PASSPHRASE= client-certificate issue --directory ca --subject CN=bob --out bob --no-passphrase
    ! error: the passphrase in CLIENT_CERTIFICATE_CA_PASSPHRASE is empty
    [exit 1]
    $ client-certificate issue --directory ca --subject CN=bob --out bob --ca-passphrase-file none --no-passphrase
    ! error: cannot read none: there is no such file or directory
    [exit 1]
    $ CLIENT_CERTIFICATE_CA_PASSPHRASE="correct horse" client-certificate issue --directory ca --subject CN=bob --out bob --no-passphrase
    ! made bob.key: a private key (EC P-256, not encrypted); for its holder alone
    ! made bob.cer: CN=bob, by CN=Example CA, valid until 2027-11-24T12:00:00Z, serial number <serial>
    $ client-certificate issue --directory ca --subject CN=carol --out carol --ca-passphrase-file secret --no-passphrase
    ! made carol.key: a private key (EC P-256, not encrypted); for its holder alone
    ! made carol.cer: CN=carol, by CN=Example CA, valid until 2027-11-24T12:00:00Z, serial number <serial>
    # What was issued is not secret, and needs no passphrase.
    $ client-certificate list --directory ca
    STATUS  VALID UNTIL           SERIAL NUMBER                             SUBJECT   REVOKED
    valid   2027-11-24T12:00:00Z  <serial>  CN=bob
    valid   2027-11-24T12:00:00Z  <serial>  CN=carol
  `)
  const { privateKey, certificate } = await readPkcs12(contents(cwd, 'ca/ca.p12'), 'correct horse')
  t.ok(isKeyOf(privateKey!, certificate!))
  t.match(String(contents(cwd, 'ca/ca.key')), /^-----BEGIN ENCRYPTED PRIVATE KEY-----/)
})

t.test('on a terminal passphrases are asked for, and typed twice where they are new', async (t) => {
  const cwd = t.testdir({})
  const create = (typed: string[], directory: string, ...more: string[]) => hear(['ca', 'create', '--subject', 'CN=Example CA', '--directory', directory, ...more], { cwd, typed })
  const { stderr, status } = await create(['geheim\r', 'geheim\r'], 'ca')
  t.equal(status, 0)
  t.match(stderr, 'New passphrase for ca/ca.key (empty for none): \nThe same again: \n')
  t.notMatch(stderr, 'geheim')
  const different = await create(['one\r', 'other\r', 'one\r', 'two\r', 'one\r', 'three\r'], 'different')
  t.match(different, { status: 1, stderr: /error: the two passphrases are not the same\n$/ })
  t.equal(different.stderr.match(/the two passphrases are not the same: try again\n/g)?.length, 2)
  t.notOk(existsSync(join(cwd, 'different')))
  t.match(await create(['\r'], 'open'), { status: 0, stderr: /not encrypted/ })
  t.notMatch(await create([], 'unasked', '--no-passphrase'), { stderr: /passphrase/ })
  t.match(await create(['\r'], 'stores', '--pkcs12'), { status: 0 })
  t.ok((await readPkcs12(contents(cwd, 'stores/ca.p12'), '')).privateKey)
  const issue = (typed: string[]) => hear(['issue', '--directory', 'ca', '--subject', 'CN=bob', '--out', 'bob', '--no-passphrase'], { cwd, typed })
  const problem = 'the passphrase is wrong, or the encrypted octets are damaged'
  const asked = 'Passphrase of ca/ca.key: \n'
  const wrong = await issue(['falsch\r', 'falsch\r', 'falsch\r', 'geheim\r'])
  t.equal(wrong.stderr, `${asked}${problem}: try again\n`.repeat(2) + `${asked}error: ca/ca.key: ${problem}\n`)
  t.equal(wrong.status, 1)
  const right = await issue(['falsch\r', 'geheim\r'])
  t.match(right, { status: 0, stderr: `${asked}${problem}: try again\n${asked}` })

  // What no passphrase opens is not asked for again.
  const algorithm = writeSequence(writeObjectIdentifier('1.2.840.113549.1.5.3'), writeSequence(writeOctetString(Buffer.alloc(8)), writeInteger(1)))
  rmSync(join(cwd, 'ca/ca.key'))
  writeFileSync(join(cwd, 'ca/ca.key'), writePem('ENCRYPTED PRIVATE KEY', writeSequence(algorithm, writeOctetString(Buffer.alloc(8)))))
  const unknown = await hear(['issue', '--directory', 'ca', '--subject', 'CN=eve', '--out', 'eve', '--no-passphrase'], { cwd, typed: ['geheim\r', 'geheim\r'] })
  t.match(unknown, { status: 1, stderr: /^Passphrase of ca\/ca\.key: \nerror: encryption with pbeWithMD5AndDES-CBC is not read here/ })
})

t.test('a PKCS #12 comes with the certificate, or is made afterwards, in both profiles', async (t) => {
  const cwd = await withAuthority(t)
  const env = { CLIENT_CERTIFICATE_PASSPHRASE: 'pässword' }
  await holds(t, { cwd }, `
    $ client-certificate issue --directory ca --subject CN=bob --out bob --pkcs12
    ! error: a PKCS #12 needs a passphrase, and none is given
    ! hint: give it by --passphrase-file FILE, or in the environment as CLIENT_CERTIFICATE_PASSPHRASE; or --no-passphrase for the empty one
    [exit 1]
    $ client-certificate issue --directory ca --subject CN=bob --out bob --pkcs12 --no-passphrase
    ! made bob.key: a private key (EC P-256, not encrypted); for its holder alone
    ! made bob.cer: CN=bob, by CN=Example CA,O=Example, valid until 2027-11-24T12:00:00Z, serial number <serial>
    ! made bob.p12: both in one file (modern, empty passphrase); for its holder alone
  `)
  await holds(t, { cwd, env }, `
    $ client-certificate issue --directory ca --subject CN=alice --out alice --pkcs12 --profile compatible
    ! made alice.key: a private key (EC P-256, encrypted); for its holder alone
    ! made alice.cer: CN=alice, by CN=Example CA,O=Example, valid until 2027-11-24T12:00:00Z, serial number <serial>
    ! made alice.p12: both in one file (compatible); for its holder alone
    $ client-certificate inspect alice.p12
    PKCS #12
      private key    yes
      friendly name  alice

    certificate
      subject        CN=alice
      issuer         CN=Example CA,O=Example
      serial number  <serial>
      valid          2026-11-24T11:59:00Z to 2027-11-24T12:00:00Z (365 days left)
      key            EC P-256
      signature      ECDSA with SHA-256
      key usage      digitalSignature
      purposes       clientAuth
      fingerprint    SHA-256 <fingerprint>
    $ client-certificate explain alice.p12 --trust ca/ca.cer
    alice.p12 would get in (clientAuth) at 2026-11-24T12:00:00Z, and until 2027-11-24T12:00:00Z
    revocation: not checked (no --crl)

      0  CN=alice                 2026-11-24T11:59:00Z to 2027-11-24T12:00:00Z  good
      1  CN=Example CA,O=Example  2026-11-24T11:59:00Z to 2036-11-21T12:00:00Z  trusted
    $ client-certificate pkcs12 bob.cer --key bob.key --out bob-2.p12 --name "Bob's"
    ! made bob-2.p12: CN=bob with its private key (modern); for its holder alone
    $ CLIENT_CERTIFICATE_KEY_PASSPHRASE=pässword client-certificate pkcs12 alice.cer --key alice.key --chain ca/ca.cer --out alice-2.p12 --no-passphrase
    ! made alice-2.p12: CN=alice with its private key (modern, empty passphrase); for its holder alone
    $ client-certificate pkcs12 bob.cer --key ca/ca.key --out bob-3.p12
    ! error: ca/ca.key is not the private key of bob.cer
    ! hint: the certificate is for another key, or it is not the first one in its file
    [exit 1]
    $ client-certificate pkcs12 bob.cer --key bob.key --out bob.p12
    ! error: bob.p12 is there already, and is not overwritten
    ! hint: nothing was changed: move it away, or choose another name
    [exit 1]
  `)
  t.equal((await readPkcs12(contents(cwd, 'bob-2.p12'), 'pässword')).friendlyName, "Bob's")
  t.equal(modeOf(cwd, 'bob-2.p12'), '600')
  t.equal((await readPkcs12(contents(cwd, 'bob.p12'), '')).friendlyName, 'bob')
  t.ok(isKeyOf(readPrivateKey(contents(cwd, 'alice.key'), 'pässword'), certificateIn(cwd, 'alice.cer')))
})

t.test('an authority may be held to some names, and what is beside them is refused', async (t) => {
  const cwd = t.testdir({})
  await holds(t, { cwd }, `
    $ client-certificate ca create --subject "CN=Example CA,O=Example" --directory ca --no-passphrase --permit email:example.com --permit name:O=Example --exclude dns:
    ! made ca/ca.key: the private key of the authority (EC P-256, not encrypted); it stays with you
    ! made ca/ca.cer: CN=Example CA,O=Example, valid until 2036-11-21T12:00:00Z, serial number <serial>; give it to all who are to trust the authority
    ! note: whoever can read the private key can sign as this authority
    $ client-certificate issue --directory ca --subject CN=alice,O=Example --email alice@example.com --out alice --no-passphrase
    ! made alice.key: a private key (EC P-256, not encrypted); for its holder alone
    ! made alice.cer: CN=alice,O=Example, by CN=Example CA,O=Example, valid until 2027-11-24T12:00:00Z, serial number <serial>
    $ client-certificate issue --directory ca --subject CN=bob,O=Example --email bob@example.net --out bob --no-passphrase
    ! made bob.key: a private key (EC P-256, not encrypted); for its holder alone
    ! made bob.cer: CN=bob,O=Example, by CN=Example CA,O=Example, valid until 2027-11-24T12:00:00Z, serial number <serial>
    $ client-certificate explain alice.cer --trust ca/ca.cer
    alice.cer would get in (clientAuth) at 2026-11-24T12:00:00Z, and until 2027-11-24T12:00:00Z
    revocation: not checked (no --crl)

      0  CN=alice,O=Example       2026-11-24T11:59:00Z to 2027-11-24T12:00:00Z  good
      1  CN=Example CA,O=Example  2026-11-24T11:59:00Z to 2036-11-21T12:00:00Z  trusted
    $ client-certificate explain bob.cer --trust ca/ca.cer
    bob.cer would be refused (clientAuth) at 2026-11-24T12:00:00Z: the rfc822Name bob@example.net is not among those that are permitted by CN=Example CA,O=Example (certificate 0: CN=bob,O=Example)
    code: ERR_CERTIFICATION_PATH_NAME_CONSTRAINTS
    hint: a CA of the path may not sign for this name: issue a certificate for names that the CA's nameConstraints permit

      0  CN=bob,O=Example         2026-11-24T11:59:00Z to 2027-11-24T12:00:00Z  refused: NAME_CONSTRAINTS
      1  CN=Example CA,O=Example  2026-11-24T11:59:00Z to 2036-11-21T12:00:00Z  trusted
    [exit 1]
  `)
})

t.test('an intermediate is signed by its parent, and what it issues brings it along', async (t) => {
  const cwd = await withAuthority(t)
  await holds(t, { cwd }, `
    $ client-certificate ca create --parent ca --directory issuing --subject "CN=Issuing CA" --path-length 0 --days 1000 --crl-url http://ca.example/issuing.crl --ocsp-url http://ocsp.example --ca-url http://ca.example/issuing.cer --no-passphrase
    ! made issuing/ca.key: the private key of the authority (EC P-256, not encrypted); it stays with you
    ! made issuing/ca.cer: CN=Issuing CA, by CN=Example CA,O=Example, valid until 2029-08-20T12:00:00Z, serial number <serial>; give it to all who are to trust the authority
    ! made issuing/chain.cer: the certificates above it
    ! note: whoever can read the private key can sign as this authority
    $ client-certificate issue --directory issuing --subject CN=bob --out bob --no-passphrase
    ! made bob.key: a private key (EC P-256, not encrypted); for its holder alone
    ! made bob.cer: CN=bob, by CN=Issuing CA, valid until 2027-11-24T12:00:00Z, serial number <serial>
    $ client-certificate explain bob.cer --trust ca/ca.cer
    bob.cer would get in (clientAuth) at 2026-11-24T12:00:00Z, and until 2027-11-24T12:00:00Z
    revocation: not checked (no --crl)

      0  CN=bob                   2026-11-24T11:59:00Z to 2027-11-24T12:00:00Z  good
      1  CN=Issuing CA            2026-11-24T11:59:00Z to 2029-08-20T12:00:00Z  good
      2  CN=Example CA,O=Example  2026-11-24T11:59:00Z to 2036-11-21T12:00:00Z  trusted
    $ client-certificate pkcs12 bob.cer --key bob.key --chain ca/ca.cer --out bob.p12 --no-passphrase
    ! made bob.p12: CN=bob with its private key, and 1 above it (modern, empty passphrase); for its holder alone
    $ client-certificate inspect issuing/ca.cer
    certificate
      subject        CN=Issuing CA
      issuer         CN=Example CA,O=Example
      serial number  <serial>
      valid          2026-11-24T11:59:00Z to 2029-08-20T12:00:00Z (1000 days left)
      key            EC P-256
      signature      ECDSA with SHA-256
      key usage      keyCertSign, cRLSign
      authority      yes, with at most 0 authorities below it
      fingerprint    SHA-256 <fingerprint>
    $ client-certificate ca create --parent issuing --directory below --subject "CN=Below" --no-passphrase
    ! error: --path-length: the issuer CN=Issuing CA allows no authority below it
    [exit 1]
    $ client-certificate issue --directory issuing --subject CN=eve --out eve --days 10y --no-passphrase
    ! error: the certificate would end at 2036-11-21T12:00:00Z, but the authority itself ends at 2029-08-20T12:00:00Z
    ! hint: --cut lets it end with the authority
    [exit 1]
    $ client-certificate issue --directory issuing --subject CN=eve --out eve --days 10y --cut --json --no-passphrase
    ! made eve.key: a private key (EC P-256, not encrypted); for its holder alone
    ! made eve.cer: CN=eve, by CN=Issuing CA, valid until 2029-08-20T12:00:00Z, serial number <serial>
    {
      "subject": "CN=eve",
      "issuer": "CN=Issuing CA",
      "serialNumber": "<serial>",
      "notBefore": "2026-11-24T11:59:00.000Z",
      "notAfter": "2029-08-20T12:00:00.000Z",
      "fingerprint256": "<fingerprint>",
      "files": {
        "privateKey": "eve.key",
        "certificate": "eve.cer"
      }
    }
    $ client-certificate list --directory ca --json
    [
      {
        "serialNumber": "<serial>",
        "subject": "CN=Issuing CA",
        "notAfter": "2029-08-20T12:00:00.000Z",
        "status": "valid"
      }
    ]
  `)
  const certificates = readCertificates(contents(cwd, 'bob.cer'))
  t.strictSame(certificates.map(({ subject }) => subject.toString()), ['CN=bob', 'CN=Issuing CA'])
  t.equal(JSON.stringify(certificates[0].cRLDistributionPoints).includes('http://ca.example/issuing.crl'), true)
  t.strictSame(certificates[0].authorityInfoAccess.map(({ accessLocation }) => accessLocation.value), ['http://ocsp.example', 'http://ca.example/issuing.cer'])
  t.notOk(existsSync(join(cwd, 'below')))
})

t.test('a certificate that has expired is renewed only with --expired', async (t) => {
  const cwd = await withAuthority(t)
  await hear(['issue', '--directory', 'ca', '--subject', 'CN=carol', '--out', 'carol', '--days', '1', '--no-passphrase'], { cwd })
  const now = new Date('2026-11-26T12:00:00Z')
  const renew = (...more: string[]) => hear(['renew', 'carol.cer', '--directory', 'ca', '--out', 'carol-2.cer', ...more], { cwd, now })
  const refused = await renew()
  t.match(refused.stderr, /^error: certificate [0-9a-f]{40} of CN=carol expired at 2026-11-25T12:00:00Z$/m)
  t.match(refused.stderr, /^hint: --expired renews it all the same; first make sure that its holder may still have one$/m)
  t.equal(refused.status, 1)
  t.match(await renew('--expired'), { status: 0, stderr: /^made carol-2\.cer: CN=carol, by CN=Example CA,O=Example, valid until 2027-11-26T12:00:00Z, / })
})

t.test('a certificate is renewed, revoked, held and let go, and the list says so', async (t) => {
  const cwd = await withAuthority(t)
  await hear(['issue', '--directory', 'ca', '--subject', 'CN=alice', '--out', 'alice', '--no-passphrase'], { cwd })
  await hear(['issue', '--directory', 'ca', '--subject', 'CN=bob', '--email', 'bob@example.com', '--days', '20', '--out', 'bob', '--no-passphrase'], { cwd })
  const serial = certificateIn(cwd, 'bob.cer').serialNumber
  const colons = serial.toUpperCase().match(/../g)!.join(':')
  await holds(t, { cwd }, `
    $ client-certificate renew alice.cer --directory ca --out alice-2.cer --days 730 --json
    ! made alice-2.cer: CN=alice, by CN=Example CA,O=Example, valid until 2028-11-23T12:00:00Z, serial number <serial>
    {
      "subject": "CN=alice",
      "issuer": "CN=Example CA,O=Example",
      "serialNumber": "<serial>",
      "notBefore": "2026-11-24T11:59:00.000Z",
      "notAfter": "2028-11-23T12:00:00.000Z",
      "fingerprint256": "<fingerprint>",
      "files": {
        "certificate": "alice-2.cer"
      }
    }
    $ client-certificate revoke alice.cer --directory ca --reason keyCompromise --invalid-since 2026-11-20
    ! revoked CN=alice, serial number <serial>: keyCompromise
    ! hint: tell the servers by a new list: client-certificate crl --directory ca --out ca.crl
    $ client-certificate revoke alice.cer --directory ca
    ! error: certificate ${certificateIn(cwd, 'alice.cer').serialNumber} is revoked already, since 2026-11-24T12:00:00.000Z
    [exit 1]
    $ client-certificate revoke ${colons} --directory ca --reason certificateHold
    ! revoked CN=bob, serial number ${serial}: certificateHold
    ! hint: tell the servers by a new list: client-certificate crl --directory ca --out ca.crl
    $ client-certificate renew bob.cer --directory ca
    ! error: certificate ${serial} of CN=bob is revoked
    [exit 1]
    $ client-certificate list --directory ca
    STATUS   VALID UNTIL           SERIAL NUMBER                             SUBJECT   REVOKED
    revoked  2027-11-24T12:00:00Z  <serial>  CN=alice  2026-11-24T12:00:00Z keyCompromise
    held     2026-12-14T12:00:00Z  <serial>  CN=bob    2026-11-24T12:00:00Z certificateHold
    valid    2028-11-23T12:00:00Z  <serial>  CN=alice
    $ client-certificate crl --directory ca --days 7 --out ca.crl
    ! made ca.crl: list 1 of CN=Example CA,O=Example with 2 entries; the next one is due before 2026-12-01T12:00:00Z
    $ client-certificate inspect ca.crl
    certificate list
      issuer       CN=Example CA,O=Example
      number       1
      this update  2026-11-24T11:59:00Z
      next update  2026-12-01T12:00:00Z
      signature    ECDSA with SHA-256
      entries      2
      revoked      <serial> at 2026-11-24T12:00:00Z, keyCompromise, invalid since 2026-11-20T00:00:00Z
      revoked      <serial> at 2026-11-24T12:00:00Z, certificateHold
    $ client-certificate revoke ${serial} --directory ca --release --json
    ! released CN=bob, serial number ${serial}
    ! hint: tell the servers by a new list: client-certificate crl --directory ca --out ca.crl
    {
      "serialNumber": "${serial}",
      "subject": "CN=bob",
      "notAfter": "2026-12-14T12:00:00.000Z",
      "status": "valid"
    }
    $ client-certificate revoke bob.cer --directory ca --release
    ! error: certificate ${serial} is not held
    [exit 1]
    $ client-certificate revoke bob.cer --directory ca --release --reason superseded
    ! error: --release is given beside --reason or --invalid-since
    ! hint: what is taken back has no reason
    [exit 2]
    $ client-certificate list --directory ca --expiring 30d
    STATUS  VALID UNTIL           SERIAL NUMBER                             SUBJECT  REVOKED
    valid   2026-12-14T12:00:00Z  <serial>  CN=bob
    $ client-certificate list --directory ca --name bob@example.com --subject BOB --status valid
    STATUS  VALID UNTIL           SERIAL NUMBER                             SUBJECT  REVOKED
    valid   2026-12-14T12:00:00Z  <serial>  CN=bob
    $ client-certificate crl --directory ca --out ca.crl --json
    ! made ca.crl: list 2 of CN=Example CA,O=Example with 1 entry; the next one is due before 2026-12-01T12:00:00Z
    {
      "issuer": "CN=Example CA,O=Example",
      "number": "2",
      "thisUpdate": "2026-11-24T11:59:00.000Z",
      "nextUpdate": "2026-12-01T12:00:00.000Z",
      "size": 1,
      "files": {
        "list": "ca.crl"
      }
    }
    @ 2027-01-01T00:00:00Z
    $ client-certificate revoke ${serial} --directory ca
    ! revoked CN=bob, serial number ${serial}
    ! hint: tell the servers by a new list: client-certificate crl --directory ca --out ca.crl
    $ client-certificate list --directory ca --subject bob
    STATUS   VALID UNTIL           SERIAL NUMBER                             SUBJECT  REVOKED
    revoked  2026-12-14T12:00:00Z  <serial>  CN=bob   2027-01-01T00:00:00Z
  `)
  const [renewed] = readCertificates(contents(cwd, 'alice-2.cer'))
  t.ok(isKeyOf(readPrivateKey(contents(cwd, 'alice.key')), renewed), 'the renewed certificate has the same key')
})

t.test('certificates and lists go to standard output where no file is named', async (t) => {
  const cwd = await withAuthority(t)
  await hear(['issue', '--directory', 'ca', '--subject', 'CN=alice', '--out', 'alice', '--no-passphrase'], { cwd })
  const renewed = await hear(['renew', 'alice.cer', '--directory', 'ca'], { cwd })
  t.match(renewed, { status: 0, stderr: /^made a certificate: CN=alice, by CN=Example CA,O=Example, valid until 2027-11-24T12:00:00Z, / })
  t.equal(readCertificates(renewed.stdout)[0].subject.toString(), 'CN=alice')
  t.equal((await hear(['explain', '-', '--trust', 'ca/ca.cer'], { cwd, input: renewed.stdout })).status, 0)
  const list = await hear(['crl', '--directory', 'ca'], { cwd })
  t.match(list, { status: 0, stdout: /^-----BEGIN X509 CRL-----/, stderr: /^made a certificate list: list 1 of / })
  const der = await hear(['crl', '--directory', 'ca', '--der'], { cwd })
  t.equal(der.stdout.charCodeAt(0), 0x30)
  await hear(['crl', '--directory', 'ca', '--der', '--out', 'ca.crl'], { cwd })
  t.match(await hear(['inspect', 'ca.crl'], { cwd }), { stdout: /number +3\n/ })
  await holds(t, { cwd, stdoutIsTerminal: true }, `
    $ client-certificate crl --directory ca --der
    ! error: DER is nothing for a terminal
    ! hint: give a file by --out
    [exit 2]
    $ client-certificate crl --directory ca --json
    ! error: --json is given without --out
    ! hint: without --out the list itself is printed
    [exit 2]
    $ client-certificate renew alice.cer --directory ca --json
    ! error: --json is given without --out
    ! hint: without --out the certificate itself is printed
    [exit 2]
  `)
})

t.test('many are issued at once from a CSV file, each under a name that stays in the directory', async (t) => {
  const cwd = await withAuthority(t, {
    'people.csv': 'subject,email,dns,file\n"CN=Ann Lee,O=Example",ann@example.com ann@example.org,,\nCN=bob,,,bob-1\n',
    'hostile.csv': 'subject\nCN=alice\nCN=../../eve\n',
    'slash.csv': 'subject,file\nCN=eve,a/../../eve\n',
    'wrong.csv': 'subject,email\nCN=fine,\nCN=carol,no mailbox\n',
    'nobody.csv': 'subject,email\n,a@example.com\n',
    'twice.csv': 'subject\nCN=dora\nCN=dora\n',
    'unnamed.csv': 'subject\nO=Example\n',
    'broken.csv': 'subject\nalice\n'
  })
  await holds(t, { cwd }, `
    $ client-certificate issue --directory ca --from people.csv --out people --no-passphrase
    ! made people/Ann-Lee.key, people/Ann-Lee.cer: CN=Ann Lee,O=Example, valid until 2027-11-24T12:00:00Z
    ! made people/bob-1.key, people/bob-1.cer: CN=bob, valid until 2027-11-24T12:00:00Z
    $ client-certificate issue --directory ca --from hostile.csv --out people --no-passphrase
    ! error: row 3 of the CSV file: "../../eve" cannot be a file name
    ! hint: give one in a column file, of letters, digits and @._-
    [exit 1]
    $ client-certificate issue --directory ca --from slash.csv --out people --no-passphrase
    ! error: row 2 of the CSV file: "a/../../eve" cannot be a file name
    ! hint: give one in a column file, of letters, digits and @._-
    [exit 1]
    $ client-certificate issue --directory ca --from nobody.csv --out people --no-passphrase
    ! error: row 2 of the CSV file has no subject
    [exit 1]
    $ client-certificate issue --directory ca --from twice.csv --out people --no-passphrase
    ! error: two files would be called people/dora.key
    [exit 1]
    $ client-certificate issue --directory ca --from unnamed.csv --out people --no-passphrase
    ! error: row 2 of the CSV file: "" cannot be a file name
    ! hint: give one in a column file, of letters, digits and @._-
    [exit 1]
    $ client-certificate issue --directory ca --from wrong.csv --out people --no-passphrase
    ! made people/fine.key, people/fine.cer: CN=fine, valid until 2027-11-24T12:00:00Z
    ! error: row 3 of the CSV file: subjectAltName: rfc822Name "no" is not of the form local-part@domain
    ! hint: what was made before it stays; 1 row is left: run it again with --skip-existing
    [exit 1]
    $ client-certificate issue --directory ca --from people.csv --out people --email a@example.com --no-passphrase
    ! error: names are given beside --from
    ! hint: they stand in the columns of the CSV file
    [exit 2]
    $ client-certificate issue --directory ca --from people.csv --subject CN=eve --out people --no-passphrase
    ! error: one of --subject and --from has to be given
    [exit 2]
  `)
  t.match(await hear(['issue', '--directory', 'ca', '--from', 'broken.csv', '--out', 'people', '--no-passphrase'], { cwd }), { status: 1, stderr: /^error: row 2 of the CSV file: / })
  t.strictSame(readdirSync(join(cwd, 'people')).sort(), ['Ann-Lee.cer', 'Ann-Lee.key', 'bob-1.cer', 'bob-1.key', 'fine.cer', 'fine.key'])
  t.strictSame(certificateIn(cwd, 'people/Ann-Lee.cer').subjectAltName.map(({ value }) => value), ['ann@example.com', 'ann@example.org'])
  const { stdout } = await hear(['issue', '--directory', 'ca', '--from', '-', '--out', 'more', '--json', '--no-passphrase'], { cwd, input: 'subject\nCN=one\nCN=two\n' })
  t.match(JSON.parse(stdout), [{ subject: 'CN=one', files: { privateKey: 'more/one.key' } }, { subject: 'CN=two' }])
  const { stderr } = await hear(['issue', '--directory', 'ca', '--from', 'people.csv', '--out', 'most', '--no-passphrase'], { cwd, typed: [] })
  t.match(stderr, /\[ {30}\] 0 of 2.*\[#{15} {15}\] 1 of 2/s, 'a person sees how far it is')
})

t.test('a client makes its key and a request, and the owner signs what it may have', async (t) => {
  const cwd = await withAuthority(t)
  await holds(t, { cwd }, `
    $ client-certificate request --subject "CN=alice" --email alice@example.com --out alice --no-passphrase
    ! made alice.key: a private key (EC P-256, not encrypted); it stays with you
    ! made alice.req: a request for CN=alice; give it to the authority
    $ client-certificate inspect alice.req
    certification request
      subject    CN=alice
      key        EC P-256
      signature  ECDSA with SHA-256
      name       rfc822Name alice@example.com
    $ client-certificate sign alice.req --directory ca --days 365 --out alice.cer
    ! made alice.cer: CN=alice, by CN=Example CA,O=Example, valid until 2027-11-24T12:00:00Z, serial number <serial>
    ! with rfc822Name alice@example.com
    $ client-certificate sign alice.req --directory ca --out bob.cer --subject "CN=bob" --dns a.example --dns b.example --purpose server --until 2027-01-01 --json
    ! made bob.cer: CN=bob, by CN=Example CA,O=Example, valid until 2027-01-01T00:00:00Z, serial number <serial>
    ! with dNSName a.example
    ! with dNSName b.example
    ! not taken from the request: subject, subjectAltName
    {
      "subject": "CN=bob",
      "issuer": "CN=Example CA,O=Example",
      "serialNumber": "<serial>",
      "notBefore": "2026-11-24T11:59:00.000Z",
      "notAfter": "2027-01-01T00:00:00.000Z",
      "fingerprint256": "<fingerprint>",
      "dropped": [
        "subject",
        "subjectAltName"
      ],
      "files": {
        "certificate": "bob.cer"
      }
    }
    $ client-certificate sign alice.req --directory ca --out carol.cer --no-names
    ! made carol.cer: CN=alice, by CN=Example CA,O=Example, valid until 2027-11-24T12:00:00Z, serial number <serial>
    ! not taken from the request: subjectAltName
    $ client-certificate sign alice.req --directory ca --no-names --dns a.example
    ! error: names are given beside --no-names
    [exit 2]
    $ client-certificate sign alice.key --directory ca
    ! error: the PEM text holds no certification request, only PRIVATE KEY
    [exit 1]
    $ client-certificate request --subject "CN=alice" --key alice.key --out again --json
    ! made again.req: a request for CN=alice; give it to the authority
    {
      "subject": "CN=alice",
      "files": {
        "request": "again.req"
      }
    }
    $ client-certificate request --subject "CN=alice" --key alice.key --key-type ed25519 --out more
    ! error: --key and --key-type are both given
    ! hint: a key that is there has its type already
    [exit 2]
    $ client-certificate request --subject "/CN=alice" --out slash --no-passphrase
    ! error: subject: <any>
    ! hint: a name is written as "CN=alice,O=Example" (RFC 4514)
    [exit 1]
    $ CLIENT_CERTIFICATE_PASSPHRASE=geheim client-certificate request --subject "" --uri spiffe://example.org/a --out nameless --key-type ed25519
    ! made nameless.key: a private key (Ed25519, encrypted); it stays with you
    ! made nameless.req: a request for (empty subject); give it to the authority
    $ CLIENT_CERTIFICATE_KEY_PASSPHRASE=geheim client-certificate request --subject "" --uri spiffe://example.org/a --key nameless.key --out nameless-2
    ! made nameless-2.req: a request for (empty subject); give it to the authority
    $ client-certificate sign nameless.req --directory ca --out nameless.cer
    ! made nameless.cer: (empty subject), by CN=Example CA,O=Example, valid until 2027-11-24T12:00:00Z, serial number <serial>
    ! with uniformResourceIdentifier spiffe://example.org/a
    $ client-certificate list --directory ca --name spiffe://example.org/a
    STATUS  VALID UNTIL           SERIAL NUMBER                             SUBJECT          REVOKED
    valid   2027-11-24T12:00:00Z  <serial>  (empty subject)
    $ client-certificate explain nameless.cer --trust ca/ca.cer
    nameless.cer would get in (clientAuth) at 2026-11-24T12:00:00Z, and until 2027-11-24T12:00:00Z
    revocation: not checked (no --crl)

      0  (empty subject)          2026-11-24T11:59:00Z to 2027-11-24T12:00:00Z  good
      1  CN=Example CA,O=Example  2026-11-24T11:59:00Z to 2036-11-21T12:00:00Z  trusted
  `)
  t.ok(isKeyOf(readPrivateKey(contents(cwd, 'alice.key')), certificateIn(cwd, 'alice.cer')))
  verifyCertificationPath({ certificate: certificateIn(cwd, 'bob.cer'), trustAnchors: [certificateIn(cwd, 'ca/ca.cer')], at: new Date('2026-12-01'), purpose: 'serverAuth' })
})

t.test('a program is told what was made', async (t) => {
  const cwd = t.testdir({})
  const { stdout } = await hear(['ca', 'create', '--subject', 'CN=Example CA', '--directory', 'ca', '--until', '2030-01-01', '--json', '--no-passphrase'], { cwd })
  const { serialNumber, fingerprint256 } = certificateIn(cwd, 'ca/ca.cer')
  t.strictSame(JSON.parse(stdout), {
    subject: 'CN=Example CA',
    issuer: 'CN=Example CA',
    serialNumber,
    notBefore: '2026-11-24T11:59:00.000Z',
    notAfter: '2030-01-01T00:00:00.000Z',
    fingerprint256,
    files: { privateKey: 'ca/ca.key', certificate: 'ca/ca.cer' }
  })
})

t.test('records are open without the private key, and cannot be used to sign', async (t) => {
  const cwd = await withAuthority(t)
  const terminal = new Terminal({ stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, env: {}, cwd, now: () => noon })
  const records = await openRecords(terminal, 'ca')
  await t.rejects(records.issue({ profile: 'client', subject: 'CN=eve', at: noon, days: 1 }), { message: 'signer gave a signature that its publicKey does not verify' })
})

t.test('a private key that is damaged is no matter of its passphrase', async (t) => {
  const cwd = await withAuthority(t)
  writeFileSync(join(cwd, 'ca/ca.key'), '-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n')
  await holds(t, { cwd }, `
    $ client-certificate crl --directory ca
    ! error: PrivateKeyInfo.version is missing at octet 2
    [exit 1]
  `)
})
