import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { hear, holds } from './transcript.js'

const people = ['subject,file', 'CN=Ann,', 'CN=Bob,', 'CN=Eve,'].join('\n')

/** A directory with an authority in it, and a table of people. */
async function withAuthority (t: Test): Promise<string> {
  const cwd = t.testdir({ 'people.csv': people, 'secret.txt': 'geheim\n' })
  await hear(['ca', 'create', '--subject', 'CN=Example CA', '--directory', 'ca', '--days', '1000', '--no-passphrase'], { cwd })
  return cwd
}

t.test('nothing is signed that has no folder to be written into', async (t) => {
  const cwd = await withAuthority(t)
  const outcome = await hear(['issue', '--directory', 'ca', '--subject', 'CN=bob', '--out', 'missing/bob', '--no-passphrase'], { cwd })
  const stderr = 'error: there is no folder missing\nhint: nothing was changed: make the folder first\n'
  t.match(outcome, { status: 1, stdout: '', stderr })
  t.match(await hear(['request', '--subject', 'CN=bob', '--out', 'missing/bob', '--no-passphrase'], { cwd }), { status: 1, stderr })
  await holds(t, { cwd }, `
    $ client-certificate list --directory ca
    ! none
  `)
})

t.test('no private key is left without a passphrase because an option was forgotten', async (t) => {
  const cwd = await withAuthority(t)
  await holds(t, { cwd }, `
    $ client-certificate ca create --subject CN=Other --directory other
    ! error: a private key needs a passphrase, and none is given
    ! hint: give it by --passphrase-file FILE, or in the environment as CLIENT_CERTIFICATE_PASSPHRASE; or --no-passphrase to leave it unencrypted
    [exit 1]
    $ client-certificate request --subject CN=bob --out bob
    ! error: a private key needs a passphrase, and none is given
    ! hint: give it by --passphrase-file FILE, or in the environment as CLIENT_CERTIFICATE_PASSPHRASE; or --no-passphrase to leave it unencrypted
    [exit 1]
    $ client-certificate issue --directory ca --subject CN=bob --out bob
    ! error: a private key needs a passphrase, and none is given
    ! hint: give it by --passphrase-file FILE, or in the environment as CLIENT_CERTIFICATE_PASSPHRASE; or --no-passphrase to leave it unencrypted
    [exit 1]
    $ client-certificate issue --directory ca --from people.csv --out people
    ! error: a private key needs a passphrase, and none is given
    ! hint: give it by --passphrase-file FILE, or in the environment as CLIENT_CERTIFICATE_PASSPHRASE; or --no-passphrase to leave it unencrypted
    [exit 1]
    $ client-certificate list --directory ca
    ! none
  `)
  t.strictSame(readdirSync(cwd).sort(), ['ca', 'people.csv', 'secret.txt'], 'nothing was written')
  const asked = await hear(['request', '--subject', 'CN=bob', '--out', 'bob'], { cwd, typed: ['geheim\r', 'geheim\r'] })
  t.match(asked, { status: 0, stderr: /^New passphrase for bob\.key \(empty for none\): \nThe same again: \n.*made bob\.key: a private key \(EC P-256, encrypted\)/s })
})

t.test('a passphrase on the command line is refused and not repeated, and the hint names the file', async (t) => {
  const commandLine = 'a passphrase is never taken from the command line, where every process can read it: give'
  await holds(t, { cwd: t.testdir({}) }, `
    $ client-certificate ca create --subject CN=a --directory a --passphrase secret
    ! error: unknown option '--passphrase'
    ! hint: ${commandLine} --passphrase-file FILE; --ca-passphrase-file if it is that of the authority
    [exit 2]
    $ client-certificate issue --directory ca --password=secret
    ! error: unknown option '--password'
    ! hint: ${commandLine} --passphrase-file FILE; --ca-passphrase-file if it is that of the authority
    [exit 2]
    $ client-certificate sign a.req --directory ca --ca-passphrase "--passphrase='secret'"
    ! error: unknown option '--ca-passphrase'
    ! hint: ${commandLine} --ca-passphrase-file FILE
    [exit 2]
    $ client-certificate pkcs12 a.cer --key-pass=secret
    ! error: unknown option '--key-pass'
    ! hint: ${commandLine} --key-passphrase-file FILE
    [exit 2]
  `)
})

t.test('an option that is misspelt is reported, also where it is a required one', async (t) => {
  await holds(t, { cwd: t.testdir({}) }, `
    $ client-certificate list --directroy ca
    ! error: unknown option '--directroy'
    ! hint: did you mean --directory?
    [exit 2]
    $ client-certificate ca create --subjetc CN=a --directory ca
    ! error: unknown option '--subjetc'
    ! hint: did you mean --subject?
    [exit 2]
    $ client-certificate explain a.cer --turst ca.cer
    ! error: unknown option '--turst'
    ! hint: did you mean --trust?
    [exit 2]
    $ client-certificate explain a.cer
    ! error: required option '--trust <file>' not specified
    ! hint: put --help behind the command to see how it is used
    [exit 2]
  `)
})

t.test('the directory may come from the environment', async (t) => {
  const cwd = await withAuthority(t)
  await holds(t, { cwd }, `
    $ CLIENT_CERTIFICATE_DIRECTORY=ca client-certificate list
    ! none
    $ CLIENT_CERTIFICATE_DIRECTORY=elsewhere client-certificate list --directory ca
    ! none
    $ CLIENT_CERTIFICATE_DIRECTORY= client-certificate list
    ! error: CLIENT_CERTIFICATE_DIRECTORY is empty
    [exit 2]
    $ client-certificate list
    ! error: required option '--directory <directory>' not specified
    ! hint: put --help behind the command to see how it is used
    [exit 2]
    $ CLIENT_CERTIFICATE_DIRECTORY=other client-certificate ca create --subject CN=Other --no-passphrase
    ! made other/ca.key: the private key of the authority (EC P-256, not encrypted); it stays with you
    ! made other/ca.cer: CN=Other, valid until 2036-11-21T12:00:00Z, serial number <serial>; give it to all who are to trust the authority
    ! note: whoever can read the private key can sign as this authority
  `)
})

t.test('what the library says of its arguments is said in the options of the command', async (t) => {
  const cwd = await withAuthority(t)
  await hear(['issue', '--directory', 'ca', '--subject', 'CN=bob', '--out', 'bob', '--no-passphrase'], { cwd })
  await holds(t, { cwd, env: { CLIENT_CERTIFICATE_DIRECTORY: 'ca' } }, `
    $ client-certificate issue --subject CN=a --out a --no-passphrase --days 3000
    ! error: the certificate would end at 2035-02-10T12:00:00Z, but the authority itself ends at 2029-08-20T12:00:00Z
    ! hint: --cut lets it end with the authority
    [exit 1]
    $ client-certificate issue --subject CN=a --out a --no-passphrase --until 2020-01-01
    ! error: the end, 2020-01-01T00:00:00Z, is before now, 2026-11-24T12:00:00Z
    [exit 1]
    $ client-certificate issue --subject CN=a --out a --no-passphrase --days 9000y
    ! error: the end, 3285000 days from now, is outside the years 1950 to 9999
    [exit 1]
    $ client-certificate issue --subject CN=a --out a --no-passphrase --purpose server
    ! error: a server needs a DNS name or an IP address
    ! hint: give it by --dns or --ip
    [exit 1]
    $ client-certificate ca create --subject CN=a --directory a --no-passphrase --cut
    ! error: --cut is given, and there is no authority above
    ! hint: give it by --parent
    [exit 1]
    $ client-certificate ca create --subject CN=a --directory a --no-passphrase --path-length 256
    ! error: --path-length is 256, and not a whole number from 0 to 255
    [exit 1]
    $ client-certificate revoke bob.cer --invalid-since 2030-01-01
    ! error: --invalid-since is in the future
    [exit 1]
    $ client-certificate renew ca/ca.cer
    ! error: certificate of CN=Example CA is a CA's: make a new one with ca create
    [exit 1]
  `)
  const late = await hear(['issue', '--directory', 'ca', '--subject', 'CN=a', '--out', 'a', '--no-passphrase'], { cwd, now: new Date('2030-01-01') })
  t.equal(late.stderr, 'error: it is now 2030-01-01T00:00:00Z, but the authority is valid from 2026-11-24T11:59:00Z to 2029-08-20T12:00:00Z\n')
})

t.test('what the system refuses is reported without a stack, whatever it is', async (t) => {
  const cwd = await withAuthority(t)
  rmSync(join(cwd, 'ca/index.txt'))
  mkdirSync(join(cwd, 'ca/index.txt'))
  const list = await hear(['list', '--directory', 'ca'], { cwd })
  t.equal(list.status, 1)
  // Node 26 names the file here; the versions before it do not.
  t.match(list.stderr, /^error: (.*index\.txt: )?it is a directory\nhint: nothing was recorded: run the command again when this is repaired\n$/)
  rmSync(join(cwd, 'ca/index.txt'), { recursive: true })
  writeFileSync(join(cwd, 'ca/index.txt'), '')
  rmSync(join(cwd, 'ca/newcerts'), { recursive: true })
  symlinkSync('newcerts', join(cwd, 'ca/newcerts'))
  const issue = await hear(['issue', '--directory', 'ca', '--subject', 'CN=a', '--out', 'a', '--no-passphrase'], { cwd })
  t.equal(issue.status, 1)
  t.match(issue.stderr, /^error: .*newcerts.*\nhint: nothing was recorded: .*\n$/)
})

t.test('many at once: the bar stays while the work goes on, and a second attempt does the rest', async (t) => {
  const cwd = await withAuthority(t)
  const many = ['issue', '--directory', 'ca', '--from', 'people.csv', '--out', 'people', '--no-passphrase']
  const { stderr, status } = await hear(many, { cwd, typed: [] })
  t.equal(status, 0)
  const empty = ' '.repeat(20)
  // Nothing is drawn between the bar and the line that reports the certificate.
  t.equal(stderr, [
    `\r\u001b[K[${' '.repeat(30)}] 0 of 3\r\u001b[Kmade people/Ann.key, people/Ann.cer: CN=Ann, valid until 2027-11-24T12:00:00Z\n`,
    `\r\u001b[K[${'#'.repeat(10)}${empty}] 1 of 3\r\u001b[Kmade people/Bob.key, people/Bob.cer: CN=Bob, valid until 2027-11-24T12:00:00Z\n`,
    `\r\u001b[K[${'#'.repeat(20)}${empty.slice(10)}] 2 of 3\r\u001b[Kmade people/Eve.key, people/Eve.cer: CN=Eve, valid until 2027-11-24T12:00:00Z\n`
  ].join(''))
  for (const name of ['Bob.key', 'Bob.cer']) rmSync(join(cwd, 'people', name))
  await holds(t, { cwd }, `
    $ client-certificate ${many.join(' ')}
    ! error: people/Ann.key is there already, and is not overwritten
    ! hint: nothing was changed: move it away, or choose another name
    [exit 1]
    $ client-certificate ${many.join(' ')} --skip-existing
    ! skipped 2 rows of 3: the files are there already
    ! made people/Bob.key, people/Bob.cer: CN=Bob, valid until 2027-11-24T12:00:00Z
    $ client-certificate issue --directory ca --subject CN=a --out a --skip-existing
    ! error: --skip-existing is given without --from
    [exit 2]
  `)
  rmSync(join(cwd, 'people/Eve.cer'))
  await holds(t, { cwd }, `
    $ client-certificate ${many.join(' ')} --skip-existing
    ! error: row 4 of the CSV file: people/Eve.key is there, but people/Eve.cer is not
    ! hint: move people/Eve.key away, and run the command again
    [exit 1]
  `)
  writeFileSync(join(cwd, 'people.csv'), 'subject,file\n"CN=Ann,O=Other",Ann\n')
  await holds(t, { cwd }, `
    $ client-certificate ${many.join(' ')} --skip-existing
    ! error: row 2 of the CSV file: people/Ann.cer is there, and is of CN=Ann
    ! hint: give another name in the column file
    [exit 1]
  `)
})
