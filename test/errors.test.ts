import t from 'tap'
import {
  AuthorityError, CertificateError, CertificationPathError, ClientCertificateError, OptionError, RegistrationError, RuntimeError,
  type CertificateProblem, type PathRule, type RefusalReason
} from '../lib/errors.js'

const refusals: Record<RefusalReason, [number, string]> = {
  MISSING: [401, 'A client certificate is required'],
  UNTRUSTED: [401, 'The client certificate is not trusted'],
  NOT_YET_VALID: [401, 'The client certificate is not yet valid'],
  EXPIRED: [401, 'The client certificate has expired'],
  REVOKED: [401, 'The client certificate has been revoked'],
  FORBIDDEN: [403, 'The client certificate does not permit this'],
  MISDIRECTED: [421, 'The connection was not made for this host'],
  MALFORMED: [400, 'The forwarded client certificate cannot be read'],
  STATUS_UNKNOWN: [503, 'The status of the client certificate cannot be told']
}

t.test('a refusal has a code, a status and a message that is safe to show', async (t) => {
  for (const [reason, [statusCode, message]] of Object.entries(refusals) as Array<[RefusalReason, [number, string]]>) {
    const error = new ClientCertificateError(reason)
    t.match(error, { name: 'ClientCertificateError', code: `FST_CLIENT_CERTIFICATE_${reason}`, reason, statusCode, message })
    t.match(error, { status: statusCode, expose: true }, 'NestJS and Koa take it for an HTTP error')
    t.type(error, Error)
  }
})

t.test('a 401 carries a challenge, and no other status does', async (t) => {
  for (const [reason, [statusCode]] of Object.entries(refusals) as Array<[RefusalReason, [number, string]]>) {
    const challenge = statusCode === 401 ? { 'www-authenticate': 'ClientCertificate' } : {}
    t.strictSame(new ClientCertificateError(reason).headers, challenge, reason)
  }
})

t.test('the details of a refusal stay in its cause', async (t) => {
  const cause = new CertificateError('MALFORMED', 'the serial number is longer than 20 octets')
  const error = new ClientCertificateError('UNTRUSTED', cause)
  t.equal(error.cause, cause)
  t.equal(error.message, 'The client certificate is not trusted')
})

t.test('an option that stops the start is named', async (t) => {
  const error = new OptionError('tls.minVersion', "must be 'TLSv1.2' or 'TLSv1.3'")
  t.match(error, { name: 'OptionError', code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION', key: 'tls.minVersion', statusCode: 500 })
  t.equal(error.message, "option 'tls.minVersion' must be 'TLSv1.2' or 'TLSv1.3'")
})

t.test('an option of a route is named with its route', async (t) => {
  const cause = new Error('why')
  const error = new OptionError('subject.comonName', 'is not known', { route: 'GET /admin', cause })
  t.match(error, { code: 'FST_CLIENT_CERTIFICATE_INVALID_ROUTE_OPTION', key: 'subject.comonName', statusCode: 500, cause })
  t.equal(error.message, "option 'subject.comonName' of route GET /admin is not known")
})

t.test('a second registration stops the start, and says what to do instead', async (t) => {
  t.match(new RuntimeError('Bun 1'), {
    name: 'RuntimeError',
    code: 'FST_CLIENT_CERTIFICATE_UNSUPPORTED_RUNTIME',
    statusCode: 500,
    message: 'fastify-client-certificate does not run on Bun 1: it was not shown there that clients are asked for a certificate. Use Node.js'
  })
  const error = new RegistrationError()
  t.match(error, { name: 'RegistrationError', code: 'FST_CLIENT_CERTIFICATE_ALREADY_REGISTERED', statusCode: 500 })
  t.equal(error.message, 'fastify-client-certificate is already registered for this server: register it once, and give scopes and routes ' +
    'their own policies by config.clientCertificate or app.requireClientCertificate(policy)')
})

t.test('a path error names the rule, the certificate and its distance from the leaf', async (t) => {
  const rules: PathRule[] = ['NO_ISSUER', 'SIGNATURE', 'WEAK_SIGNATURE', 'WEAK_KEY', 'EXPIRED', 'NOT_YET_VALID', 'NOT_A_CA',
    'PATH_LENGTH', 'KEY_USAGE', 'EXTENDED_KEY_USAGE', 'CRITICAL_EXTENSION', 'LIMIT', 'MALFORMED']
  for (const rule of rules) {
    const error = new CertificationPathError({ rule, certificate: 'CN=Issuing CA', depth: 1, problem: 'something is wrong' })
    t.match(error, { name: 'CertificationPathError', code: `ERR_CERTIFICATION_PATH_${rule}`, rule, certificate: 'CN=Issuing CA', depth: 1 })
    t.equal(error.message, 'something is wrong (certificate 1: CN=Issuing CA)')
  }
})

t.test('a path error of a certificate without a subject says so, and keeps its cause', async (t) => {
  const cause = new Error('why')
  const error = new CertificationPathError({ rule: 'SIGNATURE', certificate: '', depth: 0, problem: 'the signature is wrong' }, cause)
  t.equal(error.message, 'the signature is wrong (certificate 0: empty subject)')
  t.equal(error.cause, cause)
})

t.test('an error of reading has the code of its problem', async (t) => {
  const problems: CertificateProblem[] = ['MALFORMED', 'UNSUPPORTED', 'PASSPHRASE']
  for (const problem of problems) {
    const error = new CertificateError(problem, 'the first octet is 0x31')
    t.match(error, { name: 'CertificateError', code: `ERR_CERTIFICATE_${problem}`, message: 'the first octet is 0x31' })
  }
  const cause = new RangeError('why')
  t.equal(new CertificateError('UNSUPPORTED', 'RC2 is not read here', cause).cause, cause)
})

t.test('an error of the authority says what was wrong', async (t) => {
  const cause = new Error('why')
  const error = new AuthorityError('days must be a positive integer', cause)
  t.match(error, { name: 'AuthorityError', code: 'ERR_CERTIFICATE_AUTHORITY', message: 'days must be a positive integer', cause })
})

t.test('an error made without a cause has none', async (t) => {
  const errors = [
    new ClientCertificateError('MISSING'), new OptionError('ca', 'is empty'), new CertificateError('MALFORMED', 'no'), new AuthorityError('no'),
    new CertificationPathError({ rule: 'LIMIT', certificate: 'CN=a', depth: 0, problem: 'no' })
  ]
  for (const error of errors) t.notOk(Object.hasOwn(error, 'cause'), error.name)
})
