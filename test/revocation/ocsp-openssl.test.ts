import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createAuthority, openDirectoryStore, type KeyType } from '../../lib/authority/index.js'
import { writePem, type Certificate } from '../../lib/certificate/index.js'
import { OcspClient, type OcspOptions } from '../../lib/revocation/index.js'
import { pathStatus } from '../../lib/trust/index.js'
import { extendedKeyUsage, mint, mintClient, type Minted } from '../helpers/mint.js'
import { parts } from '../helpers/parts.js'

const skip = parts.missing('openssl')
const at = new Date()

/** An authority whose store is a directory of `openssl ca`: one client that is good, one that is revoked, and one that is in no index. */
async function directoryOf (t: { testdir: () => string }, keyType: KeyType = 'ec-p256') {
  const folder = t.testdir()
  const store = await openDirectoryStore(join(folder, 'ca'), { create: true })
  const authority = await createAuthority({ subject: 'CN=Example CA', at, keyType, store })
  const issue = async (subject: string) => (await authority.issue({ profile: 'client', subject, at, days: 1 })).certificate
  const [alice, mallory] = [await issue('CN=alice'), await issue('CN=mallory')]
  await authority.revoke(mallory.serialNumber, { at, reason: 'keyCompromise' })
  const privateKey = authority.privateKey!
  const issuer = { certificate: authority.certificate, privateKey } as Minted
  const put = (name: string, content: string) => { writeFileSync(join(folder, name), content, { mode: 0o600 }); return join(folder, name) }
  const certificate = put('ca.cer', writePem('CERTIFICATE', authority.certificate.raw))
  put('ca.key', privateKey.export({ type: 'pkcs8', format: 'pem' }) as string)
  const options = ['-index', join(folder, 'ca', 'index.txt'), '-CA', certificate]
  const signedBy = (name: string) => ['-rsigner', join(folder, `${name}.cer`), '-rkey', join(folder, `${name}.key`)]
  const addSigner = (name: string, { pem, key }: Minted) => { put(`${name}.cer`, pem); put(`${name}.key`, key); return signedBy(name) }
  return { authority, issuer, alice, mallory, stranger: mintClient(issuer).certificate, options: [...options, '-nmin', '5'], withoutEnd: options, ownSigner: signedBy('ca'), addSigner }
}

/** Debian's responder at a port of its own. It ends with the test. */
async function openssl (t: Test, ...argv: string[]): Promise<{ url: string, child: ChildProcess }> {
  const child = spawn('openssl', ['ocsp', '-port', '0', ...argv], { stdio: ['ignore', 'pipe', 'pipe'] })
  t.teardown(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  const port = await new Promise<string>((resolve, reject) => {
    let said = ''
    const read = (part: Buffer) => {
      const found = /ACCEPT \S+:(\d+)/.exec(said += part)
      if (found !== null) resolve(found[1])
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.on('exit', () => reject(new Error(`openssl ocsp ended: ${said}`)))
  })
  return { url: `http://127.0.0.1:${port}/`, child }
}

function clientOf (t: Test, options: OcspOptions, issuer: Certificate) {
  const messages: string[] = []
  const ocsp = new OcspClient({ timeout: 600_000, ...options }, { now: Date.now, elapsed: () => performance.now(), report: ({ message }) => messages.push(message), changed: () => {} })
  t.teardown(() => ocsp.close())
  const statusOf = async (certificate: Certificate) => {
    await ocsp.askFor(certificate, issuer)
    const found = pathStatus([certificate, issuer], new Date(), { certificateLists: [], certificates: [], ocspResponses: ocsp.responsesFor(certificate, issuer) }, {})
    return found.broken === undefined ? 'good' : `${found.broken.rule}: ${found.broken.problem}`
  }
  return { ocsp, messages, statusOf }
}

const reported = 'the status of a certificate is not told by OCSP: '
const revokedText = `REVOKED: the certificate was revoked at ${new Date(Math.floor(at.getTime() / 1000) * 1000).toISOString()} (keyCompromise) by OCSP`
const unknownText = 'STATUS_UNKNOWN: whether the certificate is revoked is not known: the OCSP responder does not know it, and no certificate list that tells of it is known (issuer CN=Example CA)'
const silenceText = 'STATUS_UNKNOWN: whether the certificate is revoked is not known: there is no OCSP response, and no certificate list that tells of it is known (issuer CN=Example CA)'

for (const keyType of ['ec-p256', 'ec-p384', 'rsa-2048'] as const) {
  t.test(`openssl's responder tells of a store of ours whose key is ${keyType}`, { skip }, async (t) => {
    const { authority, alice, mallory, stranger, options, ownSigner } = await directoryOf(t, keyType)
    const { url } = await openssl(t, ...options, ...ownSigner)
    const { statusOf, messages } = clientOf(t, { responder: url }, authority.certificate)
    t.equal(await statusOf(alice), 'good')
    t.equal(await statusOf(mallory), revokedText)
    t.equal(await statusOf(stranger), unknownText)
    t.strictSame(messages, [])
  })
}

t.test('and in each way that it has', { skip }, async (t) => {
  const { authority, issuer, alice, mallory, options, withoutEnd, ownSigner, addSigner } = await directoryOf(t)
  const delegate = addSigner('delegate', mint({ subject: 'Responder', issuer, extensions: [extendedKeyUsage('OCSPSigning')] }))
  const ways: Array<[string, string[]]> = [
    ['by a delegate', [...options, ...delegate]],
    ['by a delegate that is named by its key', [...options, ...delegate, '-resp_key_id']],
    ['without its certificate', [...options, ...ownSigner, '-resp_no_certs']],
    ['without nextUpdate', [...withoutEnd, ...ownSigner]],
    ['with SHA-512', [...options, ...ownSigner, '-rmd', 'sha512']]
  ]
  for (const [way, argv] of ways) {
    const { url } = await openssl(t, ...argv)
    const { statusOf, messages } = clientOf(t, { responder: url }, authority.certificate)
    t.equal(await statusOf(alice), 'good', way)
    t.equal(await statusOf(mallory), revokedText, way)
    t.strictSame(messages, [], way)
  }
})

t.test('what it signs with another key, or a weak digest, is not believed', { skip }, async (t) => {
  const { authority, issuer, alice, mallory, options, ownSigner, addSigner } = await directoryOf(t)
  const wrong: Array<[string[], string]> = [
    [addSigner('impostor', mint({ subject: 'Example CA', extensions: [extendedKeyUsage('OCSPSigning')] })), 'the response is not to be trusted: the certificate of its signer is not good: the signature is not by the key of the issuer'],
    [addSigner('foreign', mint({ subject: 'Responder', extensions: [extendedKeyUsage('OCSPSigning')] })), 'the response is not to be trusted: the certificate of its signer is not issued by the issuer of the certificate that was asked about'],
    [addSigner('client', mintClient(issuer)), 'the response is not to be trusted: the certificate of its signer is not for signing OCSP responses (OCSPSigning)'],
    [[...ownSigner, '-rmd', 'sha1'], 'the response is not to be trusted: a signature with sha1 is not accepted']
  ]
  for (const [argv, problem] of wrong) {
    const { url } = await openssl(t, ...options, ...argv)
    const { statusOf, messages } = clientOf(t, { responder: url }, authority.certificate)
    t.equal(await statusOf(alice), silenceText)
    t.equal(await statusOf(mallory), silenceText)
    t.match(messages, [reported + problem, reported + problem])
  }
})

t.test('what it said once is not believed twice', { skip }, async (t) => {
  const { authority, alice, options, ownSigner } = await directoryOf(t)
  const { url } = await openssl(t, ...options, ...ownSigner)
  let answer: Buffer | undefined
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const { 'content-type': type = '' } = request.headers
    answer ??= Buffer.from(await (await fetch(url, { method: 'POST', body: Buffer.concat(parts), headers: { 'content-type': type } })).arrayBuffer())
    response.end(answer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => { server.closeAllConnections(); server.close() })
  const responder = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  t.equal(await clientOf(t, { responder }, authority.certificate).statusOf(alice), 'good')
  const replayed = clientOf(t, { responder }, authority.certificate)
  t.equal(await replayed.statusOf(alice), silenceText)
  t.strictSame(replayed.messages, [`${reported}the answer repeats another nonce: it is an old one`])
  const careless = clientOf(t, { responder, nonce: false }, authority.certificate)
  t.equal(await careless.statusOf(alice), 'good', 'unless no nonce is asked for')
})

t.test('one that hangs, and one that is gone', { skip }, async (t) => {
  const { authority, alice, options, ownSigner } = await directoryOf(t)
  const { url, child } = await openssl(t, ...options, ...ownSigner)
  child.kill('SIGSTOP')
  const hanging = clientOf(t, { responder: url, timeout: 200 }, authority.certificate)
  t.equal(await hanging.statusOf(alice), silenceText)
  t.strictSame(hanging.messages, [`${reported}${url} cannot be fetched: there was no whole answer within 200 ms`])
  child.kill('SIGKILL')
  await once(child, 'exit')
  const dead = clientOf(t, { responder: url }, authority.certificate)
  t.equal(await dead.statusOf(alice), silenceText)
  t.match(dead.messages, [/cannot be fetched: .*ECONNREFUSED/])
})
