import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { parts } from '../helpers/parts.js'
import { hear, parse } from './transcript.js'

const run = promisify(execFile)
const skip = parts.missing('openssl')

/** Each step of the walk, as this command does it and as openssl does. */
const steps = {
  authority: {
    own: ['client-certificate ca create --subject "CN=Example CA" --directory ca --no-passphrase'],
    openssl: [
      'openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=Example CA" -days 3650 -addext keyUsage=critical,keyCertSign,cRLSign -keyout ca/private/cakey.pem -out ca/cacert.pem'
    ]
  },
  request: {
    own: ['client-certificate request --subject "CN=alice" --email alice@example.com --out alice --no-passphrase'],
    openssl: ['openssl req -new -newkey rsa:2048 -nodes -subj "/CN=alice" -addext subjectAltName=email:alice@example.com -keyout alice.key -out alice.req']
  },
  certificate: {
    own: ['client-certificate sign alice.req --directory ca --out alice.cer'],
    openssl: ['openssl ca -batch -config openssl.cnf -in alice.req -out alice.cer -notext']
  },
  store: {
    own: ['client-certificate pkcs12 alice.cer --key alice.key --out alice.p12'],
    openssl: ['openssl pkcs12 -export -in alice.cer -inkey alice.key -out alice.p12 -passout env:CLIENT_CERTIFICATE_PASSPHRASE']
  },
  revocation: {
    own: ['client-certificate revoke alice.cer --directory ca --reason keyCompromise'],
    openssl: ['openssl ca -batch -config openssl.cnf -revoke alice.cer -crl_reason keyCompromise']
  },
  list: {
    own: ['client-certificate crl --directory ca --out ca.crl'],
    openssl: ['openssl ca -batch -config openssl.cnf -gencrl -out ca.crl']
  }
} as const

type Side = 'own' | 'openssl'

// The files of the authority lie where whoever made it puts them.
const configuration = (side: Side) => `
[ca]
default_ca = default
[default]
database = ca/index.txt
serial = ca/serial
crlnumber = ca/crlnumber
new_certs_dir = ca/newcerts
certificate = ca/${side === 'own' ? 'ca.cer' : 'cacert.pem'}
private_key = ca/${side === 'own' ? 'ca.key' : 'private/cakey.pem'}
default_md = sha256
default_days = 30
default_crl_days = 7
policy = any
copy_extensions = copy
x509_extensions = client
[any]
commonName = supplied
[client]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth
authorityKeyIdentifier = keyid
subjectKeyIdentifier = hash
`

const env = { CLIENT_CERTIFICATE_PASSPHRASE: 'geheim', PATH: process.env.PATH }

async function type (command: string, cwd: string): Promise<string> {
  if (command.startsWith('client-certificate')) {
    const { status, stdout, stderr } = await hear(parse(command).argv, { cwd, env: { CLIENT_CERTIFICATE_PASSPHRASE: 'geheim' }, now: new Date() })
    if (status !== 0) throw new Error(`${command}\n${stderr}`)
    return stdout
  }
  const words = [...command.matchAll(/(?:"[^"]*"|[^\s"])+/g)].map(([word]) => word.replaceAll('"', ''))
  return (await run(words[0], words.slice(1), { cwd, env })).stdout
}

function prepare (directory: string, side: Side): string {
  const cwd = join(directory, side)
  for (const folder of ['ca/private', 'ca/newcerts']) mkdirSync(join(cwd, folder), { recursive: true })
  writeFileSync(join(cwd, 'openssl.cnf'), configuration(side))
  if (side === 'own') return cwd
  for (const [name, content] of [['index.txt', ''], ['serial', '1000\n'], ['crlnumber', '01\n']]) writeFileSync(join(cwd, 'ca', name), content)
  return cwd
}

t.test('every step of the walk may be taken by openssl instead', { skip }, async (t) => {
  const names = Object.keys(steps) as Array<keyof typeof steps>
  // Of the 64 ways every seventh: each step is taken by both, behind and before each step of both.
  for (let turn = 0; turn < 2 ** names.length; turn += 7) {
    const sides = names.map((_, bit): Side => (turn >> bit) % 2 === 0 ? 'own' : 'openssl')
    const cwd = prepare(t.testdir({}), sides[0])
    for (const [index, name] of names.entries()) for (const command of steps[name][sides[index]]) await type(command, cwd)
    const ca = sides[0] === 'own' ? 'ca/ca.cer' : 'ca/cacert.pem'
    const way = sides.join(', ')
    t.match(await type(`openssl verify -x509_strict -purpose sslclient -CAfile ${ca} alice.cer`, cwd), 'alice.cer: OK', way)
    t.match(await type(`client-certificate explain alice.cer --trust ${ca}`, cwd), 'alice.cer would get in', way)
    t.match(await type('openssl pkcs12 -in alice.p12 -passin env:CLIENT_CERTIFICATE_PASSPHRASE -nodes', cwd), 'PRIVATE KEY', way)
    t.match(await type('client-certificate inspect alice.p12', cwd), 'rfc822Name alice@example.com', way)
    t.match(await type('client-certificate list --directory ca', cwd), /^revoked .* CN=alice .* keyCompromise$/m, way)
    t.match(await type('client-certificate inspect ca.crl', cwd), /revoked .*, keyCompromise$/m, way)
    await t.rejects(type(`openssl verify -crl_check -CRLfile ca.crl -CAfile ${ca} alice.cer`, cwd), { message: /certificate revoked/ }, way)
  }
})
