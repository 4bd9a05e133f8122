import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fromBER } from 'asn1js'
import * as pkijs from 'pkijs'
import t from 'tap'
import { createAuthority, keyTypes, type Issued } from '../../lib/authority/index.js'
import { writePem, type Certificate } from '../../lib/certificate/index.js'
import { verifyCertificationPath } from '../../lib/trust/index.js'
import { parts } from '../helpers/parts.js'

const run = promisify(execFile)
const at = new Date()

interface Issue { readonly name: string, readonly authority: Certificate, readonly client: Issued, readonly server: Issued }

async function issueAll (): Promise<Issue[]> {
  return await Promise.all(keyTypes.map(async (keyType) => {
    const authority = await createAuthority({ subject: `CN=${keyType} CA,OU=Käse,O=Example,C=NL`, at, keyType, pathLength: 0 })
    const client = await authority.issue({ profile: 'client', subject: 'CN=alice+UID=a1,DC=example,DC=com', at, days: 365, keyType })
    const subjectAltName = [{ type: 'dNSName', value: 'localhost' }, { type: 'iPAddress', value: '127.0.0.1' }, { type: 'iPAddress', value: '::1' }] as const
    const server = await authority.issue({ profile: 'server', subject: 'CN=localhost', subjectAltName, at, notAfter: new Date('2050-06-01'), whenPastEnd: 'cut', keyType })
    return { name: keyType, authority: authority.certificate, client, server }
  }))
}

// Made once, for all that look at them.
const issues = issueAll()
const certificatesOf = ({ authority, client, server }: Issue) => [authority, client.certificate, server.certificate]

function files (directory: string, { authority, client, server }: Issue) {
  const write = (name: string, certificate: Certificate) => {
    const path = join(directory, name)
    writeFileSync(path, writePem('CERTIFICATE', certificate.raw))
    return path
  }
  return { ca: write('ca.cer', authority), client: write('client.cer', client.certificate), server: write('server.cer', server.certificate) }
}

t.test('Node finds issuer, signature and key of every key type right', async (t) => {
  for (const { name, authority, client, server } of await issues) {
    const issuer = new X509Certificate(authority.raw)
    t.ok(issuer.checkIssued(issuer) && issuer.verify(issuer.publicKey), `${name}: the authority`)
    for (const { certificate, privateKey } of [client, server]) {
      const node = new X509Certificate(certificate.raw)
      t.ok(node.checkIssued(issuer), `${name}: the issuer of ${certificate.subject}`)
      t.ok(node.verify(issuer.publicKey), `${name}: its signature`)
      t.ok(node.checkPrivateKey(privateKey), `${name}: its key`)
      t.equal(node.ca, false)
    }
  }
})

t.test('this package\'s own verdict is the same', async (t) => {
  for (const { name, authority, client, server } of await issues) {
    const verdict = ({ certificate }: Issued, purpose: 'clientAuth' | 'serverAuth') => verifyCertificationPath({ certificate, trustAnchors: [authority], at, purpose })
    t.equal(verdict(client, 'clientAuth').trustAnchor, authority, name)
    t.equal(verdict(server, 'serverAuth').trustAnchor, authority, name)
    t.throws(() => verdict(client, 'serverAuth'), { code: 'ERR_CERTIFICATION_PATH_EXTENDED_KEY_USAGE' })
  }
})

t.test('pkijs would write the same octets', async (t) => {
  for (const issue of await issues) {
    for (const certificate of certificatesOf(issue)) {
      const read = new pkijs.Certificate({ schema: fromBER(certificate.raw).result })
      // With `true` the part that is signed is encoded anew, and not copied.
      t.strictSame(Buffer.from(read.toSchema(true).toBER()), certificate.raw, `${issue.name}: ${certificate.subject}`)
    }
  }
})

t.test('openssl verifies every key type, strictly, for its purpose and for no other', { skip: parts.missing('openssl') }, async (t) => {
  for (const issue of await issues) {
    const { ca, client, server } = files(t.testdir(), issue)
    const verify = (file: string, purpose: string) => run('openssl', ['verify', '-x509_strict', '-check_ss_sig', '-purpose', purpose, '-CAfile', ca, file])
    t.match((await verify(client, 'sslclient')).stdout, 'client.cer: OK', issue.name)
    t.match((await verify(server, 'sslserver')).stdout, 'server.cer: OK', issue.name)
    await t.rejects(verify(client, 'sslserver'), /unsuitable certificate purpose/)
    await t.rejects(verify(server, 'sslclient'), /unsuitable certificate purpose/)
  }
})

t.test('openssl reads the fields as they were meant', { skip: parts.missing('openssl') }, async (t) => {
  const issue = (await issues)[0]
  const { client, server } = files(t.testdir(), issue)
  const text = async (file: string) => (await run('openssl', ['x509', '-in', file, '-noout', '-text', '-nameopt', 'RFC2253,-esc_msb,utf8'])).stdout
  const ofClient = await text(client)
  t.match(ofClient, 'Issuer: CN=ec-p256 CA,OU=Käse,O=Example,C=NL')
  // Within a set there is no order; openssl prints the last one first.
  t.match(ofClient, /Subject: (?:CN=alice\+UID=a1|UID=a1\+CN=alice),DC=example,DC=com\n/)
  t.match(ofClient, /Key Usage: critical\n +Digital Signature\n/)
  t.match(ofClient, /Extended Key Usage: \n +TLS Web Client Authentication\n/)
  t.match(ofClient, /Basic Constraints: critical\n +CA:FALSE\n/)
  t.match(await text(server), /Subject Alternative Name: \n +DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1\n/)
})

t.test('openssl asn1parse shows the types of each string and date', { skip: parts.missing('openssl') }, async (t) => {
  const { client } = files(t.testdir(), (await issues)[0])
  const { stdout } = await run('openssl', ['asn1parse', '-in', client])
  const found = [...stdout.matchAll(/prim: +(UTF8STRING|PRINTABLESTRING|IA5STRING|UTCTIME|GENERALIZEDTIME|BOOLEAN)/g)].map(([, type]) => type)
  t.strictSame(found, [
    'PRINTABLESTRING', 'UTF8STRING', 'UTF8STRING', 'UTF8STRING', 'UTCTIME', 'UTCTIME', 'IA5STRING', 'IA5STRING', 'UTF8STRING', 'UTF8STRING', 'BOOLEAN', 'BOOLEAN'
  ])
})

t.test('Java reads every key type', { skip: parts.missing('keytool') }, async (t) => {
  for (const issue of await issues) {
    const { ca, client, server } = files(t.testdir(), issue)
    const print = async (file: string) => (await run('keytool', ['-J-Duser.language=en', '-printcert', '-file', file])).stdout
    const [ofCa, ofClient, ofServer] = await Promise.all([ca, client, server].map(print))
    t.match(ofCa, /CA:true\s+PathLen: ?0/, issue.name)
    t.match(ofClient, `Serial number: ${issue.client.certificate.serialNumber}`)
    t.match(ofClient, /ExtendedKeyUsages \[\s+clientAuth\s+\]/)
    t.match(ofServer, /DNSName: localhost\s+IPAddress: 127.0.0.1/)
  }
})
