import { sign } from 'node:crypto'
import t from 'tap'
import { readCertificate, signatureAlgorithmOf, writeCertificate, writePem } from '../../lib/certificate/index.js'
import { build, call, listen, makeWorld } from '../helpers/application.js'
import { mintClient, type Minted } from '../helpers/mint.js'

const world = makeWorld()
const operator = mintClient(world.authority, { subject: [['organizationalUnitName', 'Operations'], ['commonName', 'operator']] })
const operations = { subject: { organizationalUnitName: 'Operations' } }
const issuer = 'CN=Test CA'

t.test('a serial number that may be meant as decimal is in the log at the start, wherever it is given', async (t) => {
  const { app, log } = await build(t, world, {
    options: { authorize: { not: { issuer, serialNumber: '1000' } }, deny: [{ issuer, serialNumber: ['0x20', '2000'] }] },
    routes: (app) => {
      app.get('/one', { config: { clientCertificate: { issuer, serialNumber: '3000' } } }, async () => 'ok')
      app.addHook('preHandler', app.requireClientCertificate({ not: { issuer, serialNumber: '4000' } }))
    }
  })
  app.clientCertificates.deny({ issuer, serialNumber: '5000' })
  app.clientCertificates.deny({ issuer, serialNumber: ['0x5000', '50:00', '-1'] })
  app.clientCertificates.deny({ issuer, serialNumber: 5000n })
  const text = (place: string, digits: string) =>
    `option '${place} is read as hexadecimal: write '0x${digits}' if it is hexadecimal, or the bigint ${digits}n if it is decimal`
  t.strictSame(log.filter(({ level }) => level === 40).map(({ msg }) => msg), [
    text("deny[0].serialNumber[1]'", '2000'),
    text("authorize.not.serialNumber'", '1000'),
    text("config.clientCertificate.serialNumber' of route GET /one", '3000'),
    text("policy.not.serialNumber'", '4000'),
    text("deny.serialNumber'", '5000')
  ])
  t.throws(() => app.clientCertificates.deny({ issuer, serialNumber: '101' }), {
    code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION',
    message: "option 'deny.serialNumber' could be hexadecimal or decimal: write '0x101' if it is hexadecimal, or the bigint 101n if it is decimal"
  })
})

/** The writer never makes a negative number, so one byte is changed in what it wrote, and signed again. */
function mintNegative (): Minted {
  const minted = mintClient(world.authority, { serialNumber: Buffer.from('7a', 'hex') })
  const tbs = Buffer.from(minted.certificate.tbsCertificate)
  tbs[tbs.indexOf(Buffer.from([2, 1, 0x7a])) + 2] = 0x80
  const { identifier, hash } = signatureAlgorithmOf(world.authority.privateKey)
  const der = writeCertificate(tbs, identifier, sign(hash, tbs, world.authority.privateKey))
  return { ...minted, der, certificate: readCertificate(der), pem: writePem('CERTIFICATE', der) }
}

t.test('a certificate with a negative serial number is denied by what it prints', async (t) => {
  const { app, port } = await listen(t, world)
  const negative = mintNegative()
  t.equal(negative.certificate.serialNumber, '-80')
  app.clientCertificates.deny({ issuer, serialNumber: '0x80' })
  t.match(await call(world, port, '/guarded', { client: negative }), { status: 200 }, 'another number')
  app.clientCertificates.deny({ issuer, serialNumber: negative.certificate.serialNumber })
  t.match(await call(world, port, '/guarded', { client: negative }), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_REVOKED' } })
})

t.test('the log says that a subject is in reverse order', async (t) => {
  const { app, port } = await listen(t, world, { options: { authorize: { subject: 'OU=Operations,CN=operator' } } })
  t.match(await call(world, port, '/guarded', { client: operator }), { status: 403 })
  t.match(app.clientCertificates.refusals().at(-1), {
    reason: 'authorize.subject has the same attributes in reverse order: a text in the form of RFC 4514 begins with the last one'
  })
})

t.test('a policy in onRequest decides before the body is validated, one in the config of the route after it', async (t) => {
  const schema = { body: { type: 'object', required: ['quantity'] } }
  const { port } = await listen(t, world, {
    routes: (app) => {
      app.post('/late', { schema, config: { clientCertificate: operations } }, async () => 'ok')
      app.post('/early', { schema, onRequest: app.requireClientCertificate(operations) }, async () => 'ok')
    }
  })
  const post = (path: string, client = world.client) => call(world, port, path, { client, method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
  t.match(await post('/late'), { status: 400, body: { code: 'FST_ERR_VALIDATION' } })
  t.match(await post('/early'), { status: 403, body: { code: 'FST_CLIENT_CERTIFICATE_FORBIDDEN' } })
  t.match(await post('/early', operator), { status: 400, body: { code: 'FST_ERR_VALIDATION' } })
})
