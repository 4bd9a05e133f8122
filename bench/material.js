import { writeFileSync } from 'node:fs'
import { createAuthority } from '../dist/authority/index.js'
import { writePem } from '../dist/certificate/index.js'

const pem = (certificate) => writePem('CERTIFICATE', certificate.raw)
const pkcs8 = (privateKey) => privateKey.export({ type: 'pkcs8', format: 'pem' })

/** A CA, a server's and a client's certificate, all P-256 as most are that are made today; in files, private to the owner. */
export async function makeMaterial (folder) {
  const { authority, issue } = await makeAuthority()
  const server = await issue('server', 'CN=localhost', [{ type: 'dNSName', value: 'localhost' }, { type: 'iPAddress', value: '127.0.0.1' }])
  const client = await issue('client', 'CN=client,OU=Operations,O=Example', [{ type: 'rfc822Name', value: 'client@example.com' }])
  writeFileSync(`${folder}/ca.cer`, pem(authority.certificate))
  for (const [name, issued] of Object.entries({ server, client })) {
    writeFileSync(`${folder}/${name}.cer`, pem(issued.certificate))
    writeFileSync(`${folder}/${name}.key`, pkcs8(issued.privateKey), { mode: 0o600 })
  }
}

/** A CA and what it needs to issue, for those who want many clients. */
export async function makeAuthority () {
  const at = new Date()
  const authority = await createAuthority({ subject: 'CN=Bench CA,O=Example', at, days: 30 })
  const issue = (profile, subject, subjectAltName) => authority.issue({ profile, subject, subjectAltName, at, days: 7 })
  return { authority, issue, pem, pkcs8 }
}
