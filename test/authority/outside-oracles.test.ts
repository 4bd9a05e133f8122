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
import { certificatesOf as allCertificatesOf, everyKind, type Kind } from './every-kind.js'

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

// From here on: hierarchies of two levels, with constraints, places and lists.
const kinds = everyKind(at)

/** A folder with everything of one kind, and a way to run programs there; what a program writes on both channels is the result. */
function hierarchy (directory: string, { root, issuing, client, nameless, server, renewed, list, emptyList }: Kind) {
  const pem = ({ raw }: Certificate) => writePem('CERTIFICATE', raw)
  const chain = pem(issuing) + pem(root)
  const leaves = { 'client.cer': client, 'nameless.cer': nameless, 'server.cer': server, 'renewed.cer': renewed }
  const files = {
    'root.cer': pem(root),
    'issuing.cer': pem(issuing),
    'issuing.crl': writePem('X509 CRL', list.raw),
    'empty.crl': writePem('X509 CRL', emptyList.raw),
    ...Object.fromEntries(Object.entries(leaves).map(([name, { certificate }]) => [name, pem(certificate)])),
    ...Object.fromEntries(Object.entries(leaves).map(([name, { certificate }]) => [`chain-of-${name}`, pem(certificate) + chain]))
  }
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content)
  return async (program: string, ...argv: string[]) => {
    const { stdout, stderr } = await run(program, argv, { cwd: directory })
    return stdout + stderr
  }
}

t.test('openssl verifies hierarchies with constraints, strictly, and each certificate against the list', { skip: parts.missing('openssl') }, async (t) => {
  for (const kind of await kinds) {
    const run = hierarchy(t.testdir(), kind)
    const verify = (file: string, purpose: string, ...argv: string[]) =>
      run('openssl', 'verify', '-x509_strict', '-check_ss_sig', '-policy_check', '-purpose', purpose, '-CAfile', 'root.cer', '-untrusted', 'issuing.cer', ...argv, file)
    for (const name of ['client.cer', 'nameless.cer', 'renewed.cer']) t.match(await verify(name, 'sslclient'), `${name}: OK`, kind.name)
    t.match(await verify('server.cer', 'sslserver'), 'server.cer: OK', kind.name)
    const withList = ['-crl_check', '-CRLfile', 'issuing.crl']
    t.match(await verify('server.cer', 'sslserver', ...withList), 'server.cer: OK')
    t.match(await verify('renewed.cer', 'sslclient', ...withList), 'renewed.cer: OK')
    for (const name of ['client.cer', 'nameless.cer']) await t.rejects(verify(name, 'sslclient', ...withList), /certificate revoked/, `${kind.name}: ${name}`)
    t.match(await verify('client.cer', 'sslclient', '-crl_check', '-CRLfile', 'empty.crl'), 'client.cer: OK')
  }
})

t.test('openssl verifies the signatures of lists, and reads their entries as they were meant', { skip: parts.missing('openssl') }, async (t) => {
  for (const kind of await kinds) {
    const run = hierarchy(t.testdir(), kind)
    t.match(await run('openssl', 'crl', '-in', 'empty.crl', '-noout', '-CAfile', 'issuing.cer', '-verify', '-text'), /No Revoked Certificates[^]*verify OK/, kind.name)
    const text = await run('openssl', 'crl', '-in', 'issuing.crl', '-noout', '-CAfile', 'issuing.cer', '-verify', '-text')
    t.match(text, /Version 2 \(0x1\)[^]*X509v3 CRL Number: \n +\d+\n[^]*verify OK/, kind.name)
    const [, serialNumber, date, invalidity] = /Serial Number: (\S+)\n +Revocation Date: (.*)\n[^]*Reason Code: \n +Key Compromise\n +Invalidity Date: \n +(.*)\n/.exec(text)!
    t.equal(serialNumber.toLowerCase(), kind.client.certificate.serialNumber)
    t.equal(Date.parse(date), Math.floor(at.getTime() / 1000) * 1000)
    t.equal(Date.parse(date) - Date.parse(invalidity), 23 * 24 * 60 * 60 * 1000)
  }
})

t.test('openssl asn1parse shows what each extension of a leaf holds', { skip: parts.missing('openssl') }, async (t) => {
  const run = hierarchy(t.testdir(), (await kinds)[0])
  const extensions = [...(await run('openssl', 'asn1parse', '-in', 'nameless.cer')).matchAll(/OBJECT +:(X509v3 .*|Authority Information Access)\n(?:.*BOOLEAN +:(\d+)\n)? *(\d+):d=\d +hl=\d l= *\d+ prim: OCTET STRING/g)]
  const parsed = await Promise.all(extensions.map(async ([, name, critical, offset]) => {
    const inside = await run('openssl', 'asn1parse', '-in', 'nameless.cer', '-strparse', offset)
    return [name, critical, [...inside.matchAll(/(?:prim|cons): +(.*?) *(?::|\[|$)/gm)].map(([, type]) => type).join(' ')]
  }))
  t.strictSame(parsed, [
    ['X509v3 Basic Constraints', '255', 'SEQUENCE'],
    ['X509v3 Key Usage', '255', 'BIT STRING'],
    ['X509v3 Extended Key Usage', undefined, 'SEQUENCE OBJECT'],
    ['X509v3 Subject Key Identifier', undefined, 'OCTET STRING'],
    ['X509v3 Authority Key Identifier', undefined, 'SEQUENCE cont'],
    ['X509v3 Subject Alternative Name', '255', 'SEQUENCE cont'],
    ['X509v3 CRL Distribution Points', undefined, 'SEQUENCE SEQUENCE cont cont cont'],
    ['Authority Information Access', undefined, 'SEQUENCE SEQUENCE OBJECT cont SEQUENCE OBJECT cont']
  ])
})

t.test('GnuTLS verifies every chain and list', { skip: parts.missing('certtool') }, async (t) => {
  for (const kind of await kinds) {
    const run = hierarchy(t.testdir(), kind)
    for (const leaf of ['client', 'nameless', 'server', 'renewed']) {
      const found = await run('certtool', '--verify', '--load-ca-certificate', 'root.cer', '--infile', `chain-of-${leaf}.cer`)
      t.match(found, /Chain verification output: Verified\. The certificate is trusted\./, `${kind.name}: ${leaf}`)
      t.match(await run('certtool', '--certificate-info', '--infile', `${leaf}.cer`), /Version: 3\n[^]*Certificate Authority \(CA\): FALSE/)
    }
    for (const list of ['issuing.crl', 'empty.crl']) {
      t.match(await run('certtool', '--verify-crl', '--load-ca-certificate', 'issuing.cer', '--infile', list), /Verification output: Verified\./, `${kind.name}: ${list}`)
    }
    t.match(await run('certtool', '--crl-info', '--infile', 'issuing.crl'), /Revoked certificates \(2\):[^]*CRL Number|CRL Number[^]*Revoked certificates \(2\):/)
  }
})

t.test('Java reads hierarchies and lists', { skip: parts.missing('keytool') }, async (t) => {
  const directory = t.testdir()
  const all = (await kinds).flatMap(allCertificatesOf)
  writeFileSync(join(directory, 'all.cer'), all.map(({ raw }) => writePem('CERTIFICATE', raw)).join(''))
  const print = async (what: string, file: string) => (await run('keytool', ['-J-Duser.language=en', what, '-file', file], { cwd: directory })).stdout
  const certificates = await print('-printcert', 'all.cer')
  t.strictSame([...certificates.matchAll(/^Serial number: (.*)$/gm)].map(([, number]) => number), all.map(({ serialNumber }) => serialNumber))
  t.equal(certificates.match(/NameConstraints: \[/g)?.length, (await kinds).length)
  t.equal(certificates.match(/accessMethod: ocsp/g)?.length, (await kinds).length * 4)
  writeFileSync(join(directory, 'all.crl'), (await kinds).map(({ list }) => writePem('X509 CRL', list.raw)).join(''))
  const lists = await print('-printcrl', 'all.crl')
  t.equal(lists.match(/Revoked Certificates: 2/g)?.length, (await kinds).length)
  t.equal(lists.match(/Reason Code: KEY_COMPROMISE/g)?.length, (await kinds).length)
})

t.test('pkijs would write the same octets of hierarchies and lists', async (t) => {
  for (const kind of await kinds) {
    for (const { raw, subject } of allCertificatesOf(kind)) {
      t.strictSame(Buffer.from(new pkijs.Certificate({ schema: fromBER(raw).result }).toSchema(true).toBER()), raw, `${kind.name}: ${subject}`)
    }
    for (const { raw } of [kind.list, kind.emptyList]) {
      t.strictSame(Buffer.from(new pkijs.CertificateRevocationList({ schema: fromBER(raw).result }).toSchema(true).toBER()), raw, `${kind.name}: list`)
    }
  }
})
