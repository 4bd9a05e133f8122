import dns from 'node:dns'
import http, { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { createServer as createNetServer, type AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { FetchError, type FetchReason } from '../../lib/errors.js'
import { fetchOctets, type FetchLimits, type FetchRequest } from '../../lib/revocation/index.js'
import { isPublicAddress } from '../../lib/revocation/public-address.js'
import { mint } from '../helpers/mint.js'

const limits: FetchLimits = { allowPrivateAddresses: true, timeout: 600_000, maxOctets: 100 }
const get = (url: string, changes: Partial<FetchLimits> = {}, request: Partial<FetchRequest> = {}) =>
  fetchOctets(url, { accept: 'application/pkix-crl', ...request }, { ...limits, ...changes })

async function refuses (t: Test, begun: Promise<unknown>, reason: FetchReason, message: string | RegExp): Promise<void> {
  const error = await begun.then(() => new Error('no error'), (error) => error)
  t.type(error, FetchError)
  t.match(error, { name: 'FetchError', code: 'ERR_REVOCATION_FETCH', reason })
  if (typeof message === 'string') t.equal(error.message, message)
  else t.match(error.message, message)
}

async function listening (t: Test, server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => { server.closeAllConnections(); server.close() })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

const serving = async (t: Test, handler: RequestListener) => `http://${await listening(t, createServer(handler))}/`

t.test('the octets of an answer with status 200', async (t) => {
  const seen: Array<Pick<IncomingMessage, 'method' | 'url' | 'headers'>> = []
  const url = await serving(t, (request, response) => { seen.push(request); response.end(Buffer.from([0x30, 0, 0xff])) })
  t.strictSame(await get(`${url}list.crl?part=1`), Buffer.from([0x30, 0, 0xff]))
  t.match(seen, [{ method: 'GET', url: '/list.crl?part=1', headers: { accept: 'application/pkix-crl', connection: 'close' } }])
  t.notOk(Object.hasOwn(seen[0].headers, 'content-type'))
})

t.test('a body is posted', async (t) => {
  const url = await serving(t, async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    response.end(`${request.method} ${request.headers['content-type']} ${request.headers['content-length']} ${Buffer.concat(parts)}`)
  })
  const octets = await get(url, {}, { body: Buffer.from('question'), contentType: 'application/ocsp-request' })
  t.equal(octets.toString(), 'POST application/ocsp-request 8 question')
})

t.test('any other status is refused, and no redirect is followed', async (t) => {
  const asked: string[] = []
  const url = await serving(t, (request, response) => {
    asked.push(request.url!)
    if (request.url === '/moved') response.writeHead(302, { location: '/else' })
    else response.statusCode = Number(request.url!.slice(1))
    response.end()
  })
  await refuses(t, get(`${url}404`), 'STATUS', `${url}404 cannot be fetched: the answer has status 404`)
  await refuses(t, get(`${url}206`), 'STATUS', `${url}206 cannot be fetched: the answer has status 206`)
  await refuses(t, get(`${url}moved`), 'STATUS', `${url}moved cannot be fetched: the answer has status 302, and redirects are not followed`)
  t.strictSame(asked, ['/404', '/206', '/moved'])
})

t.test('no more octets are read than are allowed, whether or not the answer says how many there are', async (t) => {
  const ended: Array<Promise<void>> = []
  const url = await serving(t, (request, response) => {
    ended.push(new Promise((resolve) => response.once('close', resolve)))
    if (request.url === '/announced') response.setHeader('content-length', 101)
    if (request.url === '/exact') response.end(Buffer.alloc(100))
    else writeWithoutEnd(response)
  })
  t.equal((await get(`${url}exact`)).length, 100)
  for (const path of ['announced', 'endless']) await refuses(t, get(`${url}${path}`), 'SIZE', `${url}${path} cannot be fetched: the answer has more than 100 octets`)
  await Promise.all(ended)
})

t.test('a long answer is not copied, and a short one holds no more memory than it needs', async (t) => {
  const long = Buffer.alloc(300_000, 7)
  const url = await serving(t, (request, response) => {
    response.write(request.url === '/long' ? long : 'short')
    response.end()
  })
  const room = { maxOctets: 400_000 }
  const [whole, part] = [await get(`${url}long`, room), await get(`${url}short`, room)]
  t.ok(whole.equals(long))
  t.equal(whole.buffer.byteLength, 400_000)
  t.equal(String(part), 'short')
  t.ok(part.buffer.byteLength < 100_000)
})

function writeWithoutEnd (response: ServerResponse): void {
  const timer = setInterval(() => response.write(Buffer.alloc(30)), 1)
  response.on('close', () => clearInterval(timer))
}

t.test('the whole exchange has to be over in time', async (t) => {
  const url = await serving(t, (request, response) => {
    if (request.url !== '/silent') response.writeHead(200).write('begun')
  })
  for (const path of ['silent', 'slow']) await refuses(t, get(`${url}${path}`, { timeout: 60 }), 'TIMEOUT', `${url}${path} cannot be fetched: there was no whole answer within 60 ms`)
})

t.test('what breaks off is refused', async (t) => {
  const url = await serving(t, (request, response) => {
    response.writeHead(200, { 'content-length': 50 }).write('begun', () => request.socket.destroy())
  })
  await refuses(t, get(url), 'NETWORK', `${url} cannot be fetched: aborted`)
  const deaf = createNetServer()
  await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve))
  const { port } = deaf.address() as AddressInfo
  await new Promise((resolve) => deaf.close(resolve))
  await refuses(t, get(`http://127.0.0.1:${port}/`), 'NETWORK', `http://127.0.0.1:${port}/ cannot be fetched: connect ECONNREFUSED 127.0.0.1:${port}`)
  stubLookup(t, [{ address: '127.0.0.1', family: 4 }, { address: '127.0.0.2', family: 4 }])
  await refuses(t, get(`http://lists.example:${port}/`), 'NETWORK', `http://lists.example:${port}/ cannot be fetched: ECONNREFUSED`)
})

t.test('a server of https is one that the public roots vouch for', async (t) => {
  const { pem: cert, key } = mint({ subject: 'localhost' })
  const place = await listening(t, createSecureServer({ cert, key }, (_request, response) => response.end('never')))
  await refuses(t, get(`https://${place}/`), 'NETWORK', /^https:\/\/127\.0\.0\.1:\d+\/ cannot be fetched: (?:self-signed certificate|unable to verify)/)
})

t.test('only http and https, and no credentials, which are not shown either', async (t) => {
  for (const url of ['ldap://lists.example/cn=ca', 'file:///etc/passwd', 'lists.crl', '', 'javascript:1', 'toString:x']) {
    await refuses(t, get(url), 'URL', `${url} cannot be fetched: it is no http or https URL`)
  }
  await refuses(t, get('http://me:secret@lists.example/a'), 'URL', 'http://lists.example/a cannot be fetched: the URL has credentials')
  await refuses(t, get('http://:secret@lists.example/a'), 'URL', 'http://lists.example/a cannot be fetched: the URL has credentials')
})

t.test('only hosts that are allowed, on any port or on one alone', async (t) => {
  let count = 0
  const url = await serving(t, (_request, response) => { count++; response.end('list') })
  const { host } = new URL(url)
  for (const allowedHosts of [['127.0.0.1'], [host], ['other.example', host]]) t.equal(String(await get(url, { allowedHosts })), 'list')
  for (const allowedHosts of [[], ['127.0.0.1:80'], ['0.0.1'], ['other.example'], ['127.0.0.1.']]) {
    await refuses(t, get(url, { allowedHosts }), 'HOST', `${url} cannot be fetched: the host ${host} is not allowed`)
  }
  t.equal(count, 3)
  await refuses(t, get('http://lists.example/', { allowedHosts: ['lists.example:443', 'lists.example:8080'] }), 'HOST', /is not allowed$/)
})

t.test('a port that is not written is the one of the scheme', async (t) => {
  stubLookup(t, [{ address: '127.0.0.1', family: 4 }])
  for (const [url, allowed] of [['http://lists.example/', 'lists.example:80'], ['https://lists.example/', 'lists.example:443']]) {
    await refuses(t, get(url, { allowedHosts: [allowed], allowPrivateAddresses: false }), 'ADDRESS', /127\.0\.0\.1/)
  }
})

t.test('an address that is not public is refused before it is connected to', async (t) => {
  let count = 0
  const url = await serving(t, (_request, response) => { count++; response.end('list') })
  const refusing = { allowPrivateAddresses: false }
  await refuses(t, get(url, refusing), 'ADDRESS', `${url} cannot be fetched: its address 127.0.0.1 is not of the public Internet`)
  const { port } = new URL(url)
  for (const host of ['2130706433', '0x7f.1', '0177.0.0.1', '127.1', '0', '[::1]', '[::ffff:127.0.0.1]', '[::]', '[64:ff9b::7f00:1]']) {
    await refuses(t, get(`http://${host}:${port}/`, refusing), 'ADDRESS', /is not of the public Internet$/)
  }
  await refuses(t, get(`http://localhost:${port}/`, refusing), 'ADDRESS', /^http:\/\/localhost:\d+\/ cannot be fetched: its address (?:127\.0\.0\.1|::1) is not of the public Internet$/)
  t.equal(count, 0)
})

t.test('a name is refused where any of its addresses is not public, and none is connected to', async (t) => {
  let count = 0
  const url = await serving(t, (_request, response) => { count++; response.end('list') })
  const calls = stubLookup(t, [{ address: '192.0.9.1', family: 4 }, { address: '127.0.0.1', family: 4 }])
  const named = `http://lists.example:${new URL(url).port}/`
  await refuses(t, get(named, { allowPrivateAddresses: false }), 'ADDRESS', `${named} cannot be fetched: its address 127.0.0.1 is not of the public Internet`)
  t.strictSame([calls(), count], [1, 0], 'asked once, and not connected')
})

t.test('the addresses that were checked are those that are connected to: the name is not looked up again', async (t) => {
  const url = await serving(t, (_request, response) => response.end('list'))
  const addresses = [{ address: '2001:4860::1', family: 6 }, { address: '192.0.9.1', family: 4 }]
  const calls = stubLookup(t, addresses)
  const given: unknown[] = []
  const { request } = http
  t.intercept(http, 'request', {
    value: (_url: URL, { lookup, ...options }: http.RequestOptions) => {
      lookup!('lists.example', {}, (...found) => given.push(found))
      return request(url, options)
    }
  })
  t.equal(String(await get('http://lists.example/', { allowPrivateAddresses: false })), 'list')
  t.strictSame([calls(), given], [1, [[null, addresses]]])
})

t.test('a name that is not known', async (t) => {
  t.intercept(dns, 'lookup', { value: (_host: string, _options: object, callback: (error: Error) => void) => callback(new Error('getaddrinfo ENOTFOUND lists.example')) })
  await refuses(t, get('http://lists.example/', { allowPrivateAddresses: false }), 'NETWORK', 'http://lists.example/ cannot be fetched: getaddrinfo ENOTFOUND lists.example')
})

function stubLookup (t: Test, addresses: dns.LookupAddress[]): () => number {
  let count = 0
  const value = (_host: string, _options: object, callback: (error: null, found: dns.LookupAddress[]) => void) => {
    count++
    callback(null, addresses)
  }
  t.intercept(dns, 'lookup', { value, writable: true })
  return () => count
}

t.test('which addresses are of the public Internet', async (t) => {
  const special = [
    '0.0.0.0', '0.1.2.3', '10.0.0.1', '10.255.255.255', '100.64.0.1', '100.127.255.255', '127.0.0.1', '127.255.0.1', '169.254.169.254', '172.16.0.1', '172.31.255.255',
    '192.0.0.1', '192.0.2.1', '192.88.99.1', '192.168.0.1', '198.18.0.1', '198.19.255.255', '198.51.100.7', '203.0.113.9', '224.0.0.1', '239.1.1.1', '240.0.0.1', '255.255.255.255',
    '::', '::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::8.8.8.8', '64:ff9b::808:808', '64:ff9b:1::1', '100::1', '2001::1', '2001:10::1', '2001:db8::1', '2002:7f00:1::', '3fff::1',
    'fc00::1', 'fd12:3456::1', 'fe80::1', 'fe80::1%lo', '2600::1%lo', 'fec0::1', 'ff02::1', '4000::1', '5f00::1'
  ]
  const open = ['1.1.1.1', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255', '128.0.0.1', '172.15.255.255', '172.32.0.0', '192.0.1.0', '192.167.255.255',
    '192.169.0.0', '223.255.255.255', '2600::1', '2001:4860::1', '2a00::1', '2001:200::1', '3ffe::1']
  for (const address of special) t.notOk(isPublicAddress(address), address)
  for (const address of open) t.ok(isPublicAddress(address), address)
})

t.test('a long URL and a long problem are cut', async (t) => {
  const error = new FetchError('NETWORK', `http://a/${'b'.repeat(5000)}`, 'é'.repeat(5000))
  t.match(error.message, /^http:\/\/a\/b+… \(4709 more characters\) cannot be fetched: é+… \(4750 more characters\)$/)
  t.match(error.url, /^http:\/\/a\/b+… \(4709 more characters\)$/)
})
