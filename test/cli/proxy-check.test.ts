import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { writePkcs12, writePkcs12TrustStore, writePrivateKey } from '../../lib/certificate/index.js'
import { offersHttp2 } from '../../lib/cli/probe.js'
import { makeWorld } from '../helpers/application.js'
import { isCertificateField, namesIn, startProxy, without, type Header } from './proxies.js'
import { hear, holds } from './transcript.js'

const world = makeWorld()
const serverTls = { key: world.server.key, cert: world.server.pem }
const trusting = { 'ca.cer': world.authority.pem }

const cleared = (header: Header) => without(header, isCertificateField)
const verdict = ['X-SSL-Client-Verify', 'NONE']
const hasHyphens = (name: string) => name.includes('-') && !name.includes('_')

t.test('of a proxy that takes away what is not its own nothing arrives', async (t) => {
  const cwd = t.testdir({})
  const url = await startProxy(t, (header) => [...cleared(header), ...verdict])
  await holds(t, { cwd }, `
    $ client-certificate proxy-check ${url} --from nginx
    nothing that is forged arrives behind ${url} (18 requests over HTTP/1.1)

    FIELD                SENT          RESULT
    x-ssl-client-cert    in every way  taken away
    x-ssl-client-verify  in every way  replaced by the proxy's own

    For a client without a certificate the proxy sets:

    FIELD                VALUE
    X-SSL-Client-Verify  NONE
  `)
})

t.test('a proxy that lets all pass', async (t) => {
  const cwd = t.testdir({})
  const url = await startProxy(t, (header) => header)
  await holds(t, { cwd }, `
    $ client-certificate proxy-check ${url} --header X-Own --from azure --from azure
    ! hint: the proxy has to take such fields away from every request, or put its own in their place: docs/proxies.md
    forged fields arrive behind ${url}: x-arr-clientcert, x-own (14 requests over HTTP/1.1)

    FIELD             SENT          RESULT
    x-arr-clientcert  in every way  arrives
    x-own             in every way  arrives

    For a client without a certificate the proxy sets none of these fields.
    [exit 1]
    $ client-certificate proxy-check ${url} --header one
    ! hint: the proxy has to take such fields away from every request, or put its own in their place: docs/proxies.md
    forged fields arrive behind ${url}: one (5 requests over HTTP/1.1)

    FIELD  SENT          RESULT
    one    in every way  arrives

    For a client without a certificate the proxy sets none of these fields.
    [exit 1]
  `)
  const all = await hear(['proxy-check', url], { cwd })
  t.match(all, { status: 1, stderr: /take such fields away.*\nhint: fields that the application does not read do no harm: --from and --header tell which those are that it reads\n$/ })
  for (const field of ['client-cert', 'client-cert-chain', 'x-ssl-client-cert', 'x-ssl-client-verify', 'x-forwarded-tls-client-cert', 'x-forwarded-client-cert', 'x-amzn-mtls-clientcert',
    'x-amzn-mtls-clientcert-leaf', 'cf-client-cert-der-base64', 'cloudfront-viewer-cert-pem', 'x-arr-clientcert']) t.match(all.stdout, new RegExp(`^${field} +in every way +arrives$`, 'm'))
})

t.test('fields that arrive only with underscores are told as such', async (t) => {
  const cwd = t.testdir({})
  const url = await startProxy(t, (header) => without(header, (name) => isCertificateField(name) && hasHyphens(name)))
  await holds(t, { cwd }, `
    $ client-certificate proxy-check ${url} --header x-ssl-client-cert
    ! hint: this package refuses a field with underscores as malformed, but other servers take it for the one with hyphens: let the proxy take it away, too
    forged fields arrive behind ${url}: x-ssl-client-cert (only with underscores) (9 requests over HTTP/1.1)

    FIELD              SENT                                                 RESULT
    x-ssl-client-cert  as it is, twice, in other case, named in Connection  taken away
    x-ssl-client-cert  with underscores                                     arrives

    For a client without a certificate the proxy sets none of these fields.
    [exit 1]
  `)
})

t.test('what arrives in another form is shown', async (t) => {
  const cwd = t.testdir({})
  // As Envoy with APPEND_FORWARD, and as servers that take an underscore for a hyphen.
  const appending = await startProxy(t, (header) => {
    const values = header.filter((_, place) => header[place - 1]?.toLowerCase() === 'x-forwarded-client-cert')
    return [...without(header, (name) => /^x.forwarded.client.cert$/i.test(name)), 'x-forwarded-client-cert', [...values, 'By=spiffe://cluster.local/ns/default/sa/proxy'].join(',')]
  })
  const renaming = await startProxy(t, (header) => header.map((text, place) => place % 2 === 0 ? text.replaceAll('_', '-') : text))
  const dropping = await startProxy(t, (header) => header.filter((_, place) => namesIn(header).indexOf(header[place - place % 2]) === Math.floor(place / 2)))
  const wrapping = await startProxy(t, (header) => header.map((text, place) => header[place - 1] === 'x-own' ? `${'a'.repeat(60)}${text.toUpperCase()}` : text))
  await holds(t, { cwd }, `
    $ client-certificate proxy-check ${appending} --from envoy
    ! hint: the proxy has to take such fields away from every request, or put its own in their place: docs/proxies.md
    forged fields arrive behind ${appending}: x-forwarded-client-cert (9 requests over HTTP/1.1)

    FIELD                    SENT                                          RESULT
    x-forwarded-client-cert  as it is, in other case, named in Connection  arrives changed: x-forwarded-client-cert: FORGED,By=spiffe://cluster.loc…
    x-forwarded-client-cert  with underscores                              replaced by the proxy's own
    x-forwarded-client-cert  twice                                         arrives changed: x-forwarded-client-cert: FORGED,FORGED,By=spiffe://cluster.loc…

    For a client without a certificate the proxy sets:

    FIELD                    VALUE
    x-forwarded-client-cert  By=spiffe://cluster.local/ns/default/sa/proxy
    [exit 1]
    $ client-certificate proxy-check ${renaming} --header x-own
    ! hint: the proxy has to take such fields away from every request, or put its own in their place: docs/proxies.md
    forged fields arrive behind ${renaming}: x-own (6 requests over HTTP/1.1)

    FIELD  SENT                                                 RESULT
    x-own  as it is, twice, in other case, named in Connection  arrives
    x-own  with underscores                                     arrives changed: x-own: FORGED

    For a client without a certificate the proxy sets none of these fields.
    [exit 1]
    $ client-certificate proxy-check ${dropping} --header x-own
    ! hint: the proxy has to take such fields away from every request, or put its own in their place: docs/proxies.md
    forged fields arrive behind ${dropping}: x-own (6 requests over HTTP/1.1)

    FIELD  SENT                                                            RESULT
    x-own  as it is, with underscores, in other case, named in Connection  arrives
    x-own  twice                                                           arrives changed: x-own: FORGED

    For a client without a certificate the proxy sets none of these fields.
    [exit 1]
    $ client-certificate proxy-check ${wrapping} --header x-own
    ! hint: the proxy has to take such fields away from every request, or put its own in their place: docs/proxies.md
    forged fields arrive behind ${wrapping}: x-own (6 requests over HTTP/1.1)

    FIELD  SENT                             RESULT
    x-own  as it is, named in Connection    arrives changed: x-own: …aaaaaaaaaaaaaaaaaaaaaaaaFORGED
    x-own  with underscores, in other case  arrives
    x-own  twice                            arrives changed: x-own: …aaaaaaaaaaaaaaaaaaaaaaaaFORGED, x-own: …aaaaaaaaaaaaaaaaaaaaaaaaFORGED

    For a client without a certificate the proxy sets none of these fields.
    [exit 1]
  `)
})

t.test('a client that has the proxy take its own field away is seen', async (t) => {
  const cwd = t.testdir({})
  const url = await startProxy(t, (header) => {
    const connection = header[header.indexOf('Connection') + 1]
    return without([...cleared(header), ...verdict], (name) => connection.includes(name.toLowerCase()))
  })
  await holds(t, { cwd }, `
    $ client-certificate proxy-check ${url} --header X-SSL-Client-Verify
    nothing that is forged arrives behind ${url} (9 requests over HTTP/1.1)

    FIELD                SENT                                              RESULT
    x-ssl-client-verify  as it is, with underscores, twice, in other case  replaced by the proxy's own
    x-ssl-client-verify  named in Connection                               taken away, and the proxy's own with it

    For a client without a certificate the proxy sets:

    FIELD                VALUE
    X-SSL-Client-Verify  NONE
  `)
})

t.test('ways of one kind that end otherwise are named', async (t) => {
  const cwd = t.testdir({})
  const url = await startProxy(t, (header) => {
    const names = namesIn(header)
    if (names.includes('X_SSL-Client-Cert'.toLowerCase())) return { status: 400 }
    if (names.includes('x-ssl_client-cert')) return 'hang up'
    return without(header, (name) => isCertificateField(name) && name !== 'X-SSL-CLIENT-CERT')
  })
  await holds(t, { cwd }, `
    $ client-certificate proxy-check ${url} --header x-ssl-client-cert
    ! hint: the proxy has to take such fields away from every request, or put its own in their place: docs/proxies.md
    forged fields arrive behind ${url}: x-ssl-client-cert (9 requests over HTTP/1.1)

    FIELD              SENT                                                                                           RESULT
    x-ssl-client-cert  as it is, x_ssl_client_cert, x-ssl-client_cert, twice, X-Ssl-Client-Cert, named in Connection  taken away
    x-ssl-client-cert  x_ssl-client-cert                                                                              refused with 400
    x-ssl-client-cert  x-ssl_client-cert                                                                              refused by closing the connection
    x-ssl-client-cert  X-SSL-CLIENT-CERT                                                                              arrives

    For a client without a certificate the proxy sets none of these fields.
    [exit 1]
  `)
})

t.test('HTTP/2 is spoken as well where the proxy offers it', async (t) => {
  const cwd = t.testdir(trusting)
  const pseudo = (header: Header) => without(header, (name) => name.startsWith(':'))
  const url = await startProxy(t, (header, version) => {
    if (version === '1.1') return cleared(header)
    return namesIn(header).some((name) => name === 'x-ssl_client-cert') ? 'hang up' : without(pseudo(header), (name) => isCertificateField(name) && name.includes('_'))
  }, { ...serverTls, http2: true })
  await holds(t, { cwd }, `
    $ client-certificate proxy-check ${url} --ca ca.cer --header x-ssl-client-cert
    ! hint: the proxy has to take such fields away from every request, or put its own in their place: docs/proxies.md
    forged fields arrive behind ${url}: x-ssl-client-cert (15 requests over HTTP/1.1 and HTTP/2)

    FIELD              SENT                                                                  RESULT
    x-ssl-client-cert  over HTTP/1.1: in every way                                           taken away
    x-ssl-client-cert  over HTTP/2: as it is, twice                                          arrives
    x-ssl-client-cert  over HTTP/2: x_ssl_client_cert, x_ssl-client-cert, x-ssl-client_cert  taken away
    x-ssl-client-cert  over HTTP/2: x-ssl_client-cert                                        refused by closing the connection

    For a client without a certificate the proxy sets none of these fields.
    [exit 1]
  `)
  const localhost = url.replace('127.0.0.1', 'localhost')
  await holds(t, { cwd }, `
    $ client-certificate proxy-check ${localhost} --ca ca.cer --header x_own --header x-ssl-client-verify
    ! error: option '--header <name>' argument 'x_own' is invalid. It is no name of a header field, or has an underscore; those with underscores are sent as well.
    ! hint: put --help behind the command to see how it is used
    [exit 2]
    $ client-certificate proxy-check ${localhost} --ca ca.cer --header x-own
    ! hint: the proxy has to take such fields away from every request, or put its own in their place: docs/proxies.md
    forged fields arrive behind ${localhost}: x-own (9 requests over HTTP/1.1 and HTTP/2)

    FIELD  SENT          RESULT
    x-own  in every way  arrives

    For a client without a certificate the proxy sets none of these fields.
    [exit 1]
  `)
})

t.test('an answer to HTTP/2 that never comes, or to HTTP/2 alone, is told', async (t) => {
  const cwd = t.testdir(trusting)
  const url = await startProxy(t, (header, version) => version === '1.1' ? header : { status: 505 }, { ...serverTls, http2: true })
  const closing = await startProxy(t, (header, version) => version === '1.1' ? header : 'cancel', { ...serverTls, http2: true })
  const hanging = await startProxy(t, (header, version) => version === '1.1' ? header : 'hang', { ...serverTls, http2: true })
  await holds(t, { cwd }, `
    $ client-certificate proxy-check ${url} --ca ca.cer
    ! error: ${url} answers to HTTP/2 with status 505
    ! hint: the application has to answer there with { "rawHeaders": request.raw.rawHeaders }, to everybody: docs/proxies.md shows how
    [exit 1]
    $ client-certificate proxy-check ${closing} --ca ca.cer
    ! error: ${closing} answers to HTTP/2 by closing the connection
    ! hint: where clients need a certificate, give one by --cert and --key, or by --p12
    [exit 1]
    $ client-certificate proxy-check ${hanging} --ca ca.cer --timeout 5
    ! error: ${new URL(hanging).host} gave no answer within 5 s
    ! hint: --timeout gives it more
    [exit 1]
  `)
})

t.test('what is no endpoint for the check is told, with what one has to answer', async (t) => {
  const cwd = t.testdir({})
  const cases: ReadonlyArray<readonly [status: number, body: string, found: string]> = [
    [404, '{}', 'status 404'],
    [302, '', 'status 302'],
    [200, '<p>Hello</p>', 'something else than the header it received'],
    [200, 'null', 'something else than the header it received'],
    [200, '{}', 'something else than the header it received'],
    [200, '{"rawHeaders":{"host":"localhost"}}', 'something else than the header it received'],
    [200, '{"rawHeaders":[["host","localhost"]]}', 'something else than the header it received']
  ]
  for (const [status, body, found] of cases) {
    const url = await startProxy(t, () => ({ status, body }))
    await holds(t, { cwd }, `
      $ client-certificate proxy-check ${url}
      ! error: ${url} answers to HTTP/1.1 with ${found}
      ! hint: the application has to answer there with { "rawHeaders": request.raw.rawHeaders }, to everybody: docs/proxies.md shows how
      [exit 1]
    `)
  }
  const long = await startProxy(t, () => ({ status: 200, body: 'a'.repeat(1024 * 1024 + 1) }))
  const closed = await startProxy(t, () => ({ status: 401, body: '{"code":"FST_CLIENT_CERTIFICATE_MISSING"}' }))
  await holds(t, { cwd }, `
    $ client-certificate proxy-check ${long}
    ! error: the answer has more than 1048576 octets
    ! hint: the application has to answer there with { "rawHeaders": request.raw.rawHeaders }, to everybody: docs/proxies.md shows how
    [exit 1]
    $ client-certificate proxy-check ${closed}
    ! error: ${closed} answers with status 401, FST_CLIENT_CERTIFICATE_MISSING: it is not open to everybody
    ! hint: the application has to answer there with { "rawHeaders": request.raw.rawHeaders }, to everybody: docs/proxies.md shows how
    [exit 1]
  `)
})

t.test('a refusal by the application is not taken for one by the proxy', async (t) => {
  const url = await startProxy(t, (header) => namesIn(header).some(isCertificateField) ? { status: 400, body: '{"code":"FST_CLIENT_CERTIFICATE_MALFORMED"}' } : header)
  await holds(t, { cwd: t.testdir({}) }, `
    $ client-certificate proxy-check ${url} --from nginx
    ! error: ${url} answers with status 400, FST_CLIENT_CERTIFICATE_MALFORMED: it is not open to everybody
    ! hint: the application has to answer there with { "rawHeaders": request.raw.rawHeaders }, to everybody: docs/proxies.md shows how
    [exit 1]
  `)
})

t.test('what cannot be told is not good', async (t) => {
  const cwd = t.testdir({})
  const isForged = (header: Header) => namesIn(header).some((name) => name.toLowerCase() === 'own')
  const limiting = await startProxy(t, (header) => isForged(header) ? { status: 429 } : header)
  const failing = await startProxy(t, (header) => isForged(header) ? { status: 502, body: 'Bad Gateway' } : header)
  let first: Header = []
  const caching = await startProxy(t, (header) => isForged(header) ? first : (first = header))
  let asked = 0
  const weary = await startProxy(t, (header) => ++asked > 3 ? { status: 403 } : header)
  for (const [url, text] of [[limiting, 'answered with 429'], [failing, 'answered with 502'], [caching, 'the answer is that to another request']]) {
    await holds(t, { cwd }, `
      $ client-certificate proxy-check ${url} --header own
      of some forged fields nothing can be told behind ${url}: own (5 requests over HTTP/1.1)

      FIELD  SENT          RESULT
      own    in every way  unclear: ${text}

      For a client without a certificate the proxy sets none of these fields.
      [exit 1]
    `)
  }
  await holds(t, { cwd }, `
    $ client-certificate proxy-check ${weary} --header own
    ! error: ${weary} answers to HTTP/1.1 with status 403
    ! hint: the application has to answer there with { "rawHeaders": request.raw.rawHeaders }, to everybody: docs/proxies.md shows how
    [exit 1]
  `)
})

t.test('a proxy that passes on only what it knows is told of', async (t) => {
  const url = await startProxy(t, (header) => [...without(header, (name) => name !== 'Host'), 'Client-Cert'])
  await holds(t, { cwd: t.testdir({}) }, `
    $ client-certificate proxy-check ${url} --from rfc9440
    ! note: a field that means nothing is taken away as well, and so an old answer out of a cache would not be told from a new one
    nothing that is forged arrives behind ${url} (14 requests over HTTP/1.1)

    FIELD              SENT          RESULT
    client-cert        in every way  replaced by the proxy's own
    client-cert-chain  in every way  taken away

    For a client without a certificate the proxy sets:

    FIELD        VALUE
    Client-Cert  (empty)
  `)
})

t.test('an answer that does not come in time ends the check', async (t) => {
  const cwd = t.testdir({})
  const url = await startProxy(t, (header) => namesIn(header).some(isCertificateField) ? 'hang' : header)
  const silent = await startProxy(t, () => 'hang')
  await holds(t, { cwd }, `
    $ client-certificate proxy-check ${url} --timeout 0.2
    ! error: ${new URL(url).host} gave no answer within 0.2 s
    ! hint: --timeout gives it more
    [exit 1]
    $ client-certificate proxy-check ${silent} --timeout 0.2
    ! error: ${new URL(silent).host} gave no answer within 0.2 s
    ! hint: --timeout gives it more
    [exit 1]
  `)
})

t.test('the result is there for programs as well', async (t) => {
  const url = await startProxy(t, (header) => [...without(header, (name) => isCertificateField(name) && hasHyphens(name)), ...verdict])
  const { stdout, stderr, status } = await hear(['proxy-check', `${url}?a=b#c`, '--header', 'x-ssl-client-verify', '--json'], { cwd: t.testdir({}) })
  t.match({ stderr, status }, { status: 1, stderr: /^hint: this package refuses a field with underscores/ })
  const { findings, ...rest } = JSON.parse(stdout)
  t.strictSame(rest, { url: `${url}?a=b`, arrives: true, isClear: true, httpVersions: ['HTTP/1.1'], passesOtherFields: true, own: [{ name: 'X-SSL-Client-Verify', value: 'NONE' }] })
  t.strictSame(findings.map(({ outcome }: { outcome: string }) => outcome), ['replaced', 'arrives', 'arrives', 'arrives', 'arrives', 'replaced', 'replaced', 'replaced', 'replaced'])
  const [value] = findings[1].values
  t.match(value, /^[0-9a-f]{24}$/)
  t.strictSame(findings[1], {
    field: 'x-ssl-client-verify',
    httpVersion: 'HTTP/1.1',
    spelling: 'with underscores',
    name: 'x_ssl_client_verify',
    values: [value],
    outcome: 'arrives',
    status: 200,
    arrived: [{ name: 'x_ssl_client_verify', value }]
  })
})

t.test('the check may be made as a client with a certificate', async (t) => {
  const { client, stranger, authority } = world
  const cwd = t.testdir({
    ...trusting,
    'client.cer': client.pem,
    'client.key': client.key,
    'encrypted.key': writePrivateKey(client.privateKey, 'geheim'),
    passphrase: 'geheim\n',
    'stranger.key': stranger.key
  })
  writeFileSync(join(cwd, 'client.p12'), await writePkcs12({ privateKey: client.privateKey, certificate: client.certificate, chain: [authority.certificate], passphrase: 'geheim' }))
  writeFileSync(join(cwd, 'trust.p12'), await writePkcs12TrustStore({ certificates: [authority.certificate], passphrase: 'geheim' }))
  const forwarding = ['X-SSL-Client-Cert', 'a'.repeat(1000)]
  const url = await startProxy(t, (header) => [...cleared(header), ...forwarding], { ...serverTls, ca: authority.pem, requestCert: true, rejectUnauthorized: true })
  const answer = [
    `nothing that is forged arrives behind ${url} (9 requests over HTTP/1.1)`, '',
    'FIELD              SENT          RESULT',
    'x-ssl-client-cert  in every way  replaced by the proxy\'s own', '',
    'For this client the proxy sets:', '',
    'FIELD              VALUE',
    `X-SSL-Client-Cert  ${'a'.repeat(60)}… (1000 characters)`, ''
  ].join('\n')
  const check = (...options: string[]) => ['proxy-check', url, '--ca', 'ca.cer', '--header', 'x-ssl-client-cert', ...options]
  const good = { stdout: answer, stderr: '', status: 0 }
  t.strictSame(await hear(check('--cert', 'client.cer', '--key', 'client.key'), { cwd }), good)
  t.strictSame(await hear(check('--cert', 'client.cer', '--key', 'encrypted.key', '--passphrase-file', 'passphrase'), { cwd }), good)
  t.strictSame(await hear(check('--p12', 'client.p12'), { cwd, env: { CLIENT_CERTIFICATE_PASSPHRASE: 'geheim' } }), good)
  const asked = await hear(check('--cert', 'client.cer', '--key', 'encrypted.key'), { cwd, typed: ['geheim\n'] })
  t.match(asked, { status: 0, stdout: answer, stderr: /^Passphrase of encrypted.key: / })
  await holds(t, { cwd, env: { CLIENT_CERTIFICATE_PASSPHRASE: 'geheim' } }, `
    $ client-certificate proxy-check ${url} --ca ca.cer --cert client.cer --key stranger.key
    ! error: stranger.key is not the private key of client.cer
    ! hint: the certificate is for another key, or it is not the first one in its file
    [exit 1]
    $ client-certificate proxy-check ${url} --ca ca.cer --p12 trust.p12
    ! error: trust.p12 has no private key with its certificate
    [exit 1]
    $ client-certificate proxy-check ${url} --ca ca.cer --key client.key
    ! error: --cert and --key belong together
    ! hint: give both, or --p12
    [exit 2]
    $ client-certificate proxy-check ${url} --ca ca.cer --cert client.cer
    ! error: --cert and --key belong together
    ! hint: give both, or --p12
    [exit 2]
    $ client-certificate proxy-check ${url} --ca ca.cer --cert client.cer --p12 client.p12
    ! error: option '--p12 <file>' cannot be used with option '--cert <file>'
    ! hint: put --help behind the command to see how it is used
    [exit 2]
  `)
})

t.test('it is told when nothing tells of the client\'s certificate', async (t) => {
  const url = await startProxy(t, cleared, serverTls)
  const cwd = t.testdir({ ...trusting, 'client.cer': world.client.pem, 'client.key': world.client.key })
  await holds(t, { cwd }, `
    $ client-certificate proxy-check ${url} --from nginx --ca ca.cer --cert client.cer --key client.key
    ! note: nothing tells of this client's certificate: the proxy does not forward it, or the application took it away, since it does not trust the address of the proxy
    nothing that is forged arrives behind ${url} (18 requests over HTTP/1.1)

    FIELD                SENT          RESULT
    x-ssl-client-cert    in every way  taken away
    x-ssl-client-verify  in every way  taken away

    For this client the proxy sets none of these fields.
  `)
})

t.test('a connection that cannot be made is told, with what helps', async (t) => {
  const cwd = t.testdir(trusting)
  const https = await startProxy(t, (header) => header, serverTls)
  const http = await startProxy(t, (header) => header)
  const strict = await startProxy(t, (header) => header, { ...serverTls, ca: world.authority.pem, requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' })
  const refusing = await startProxy(t, () => ({ status: 400, body: 'No required SSL certificate was sent' }), serverTls)
  const closing = await startProxy(t, () => 'hang up')
  await holds(t, { cwd }, `
    $ client-certificate proxy-check ${https}
    ! error: cannot ask ${new URL(https).host}: unable to verify the first certificate
    ! hint: give the certificate of the authority that the server's is from by --ca
    [exit 1]
    $ client-certificate proxy-check http://127.0.0.1:1/
    ! error: cannot ask 127.0.0.1:1: nobody listens there
    [exit 1]
    $ client-certificate proxy-check ${http.replace('http', 'https')}
    ! error: cannot ask ${new URL(http).host}: <any>
    ! hint: TLS is not spoken there: is it http:// instead of https://?
    [exit 1]
    $ client-certificate proxy-check ${strict} --ca ca.cer
    ! error: cannot ask ${new URL(strict).host}: <any> alert handshake failure
    ! hint: where clients need a certificate, give one by --cert and --key, or by --p12
    [exit 1]
    $ client-certificate proxy-check ${refusing} --ca ca.cer
    ! error: ${refusing} answers to HTTP/1.1 with status 400
    ! hint: where clients need a certificate, give one by --cert and --key, or by --p12; the application has to answer there with { "rawHeaders": request.raw.rawHeaders }, to everybody: docs/proxies.md shows how
    [exit 1]
    $ client-certificate proxy-check ${closing}
    ! error: ${closing} answers to HTTP/1.1 by closing the connection
    ! hint: the application has to answer there with { "rawHeaders": request.raw.rawHeaders }, to everybody: docs/proxies.md shows how
    [exit 1]
  `)
  // Whoever listens at the usual port here, it is nobody with a certificate of this authority.
  await t.rejects(offersHttp2({ url: new URL('https://127.0.0.1/'), tls: { ca: world.authority.pem }, timeout: 10_000 }), { name: 'Failure', message: /^cannot ask 127\.0\.0\.1: / })
})

t.test('misuse is told, and nobody is asked', async (t) => {
  const names = Array.from({ length: 80 }, (_, index) => `--header x-own-field-${index}`).join(' ')
  await holds(t, { cwd: t.testdir(trusting) }, `
    $ client-certificate proxy-check localhost
    ! error: command-argument value 'localhost' is invalid for argument 'url'. A URL begins with https:// or http://.
    ! hint: put --help behind the command to see how it is used
    [exit 2]
    $ client-certificate proxy-check ftp://localhost
    ! error: command-argument value 'ftp://localhost' is invalid for argument 'url'. A URL begins with https:// or http://.
    ! hint: put --help behind the command to see how it is used
    [exit 2]
    $ client-certificate proxy-check http://localhost --from squid
    ! error: option '--from <kind>' argument 'squid' is invalid. Allowed choices are rfc9440, nginx, haproxy, apache, caddy, traefik, envoy, aws-alb, cloudflare, cloudfront, azure, google.
    ! hint: put --help behind the command to see how it is used
    [exit 2]
    $ client-certificate proxy-check http://localhost --header Transfer-Encoding
    ! error: option '--header <name>' argument 'Transfer-Encoding' is invalid. It tells of the connection, and of no certificate.
    ! hint: put --help behind the command to see how it is used
    [exit 2]
    $ client-certificate proxy-check http://localhost --timeout 0
    ! error: option '--timeout <seconds>' argument '0' is invalid. A number of seconds above 0 is needed.
    ! hint: put --help behind the command to see how it is used
    [exit 2]
    $ client-certificate proxy-check http://localhost --timeout long
    ! error: option '--timeout <seconds>' argument 'long' is invalid. A number of seconds above 0 is needed.
    ! hint: put --help behind the command to see how it is used
    [exit 2]
    $ client-certificate proxy-check http://localhost --ca ca.cer
    ! error: certificates are given, and http has none
    ! hint: give a URL with https
    [exit 2]
    $ client-certificate proxy-check http://localhost ${names}
    ! error: these would be 1200 requests, more than 1000
    ! hint: check fewer fields at once
    [exit 2]
  `)
  for (const [secret, url] of [['', 'http://alice@localhost'], ['geheim', 'http://:geheim@localhost']]) {
    t.match(await hear(['proxy-check', url], { cwd: '.' }), { status: 2, stderr: /Every process can read a password on the command line\./ }, secret)
  }
})
