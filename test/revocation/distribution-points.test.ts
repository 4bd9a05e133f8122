import { readdirSync } from 'node:fs'
import t from 'tap'
import { contextTag, extensionTypes, write, writeGeneralName, writeSequence } from '../../lib/certificate/index.js'
import { verifyCertificationPath } from '../../lib/trust/index.js'
import { extendedKeyUsage, mint, mintAuthority, mintClient } from '../helpers/mint.js'
import { authority, day, listOf, listServer, openLists, pathNaming, rawOf, start, stranger, surroundings, waitFor } from './scene.js'

const hour = 60 * 60 * 1000
const allowing = (...allowedHosts: string[]) => ({ distributionPoints: { allowedHosts }, allowPrivateAddresses: true })

t.test('the list that a verified certificate names is fetched, once', async (t) => {
  const der = listOf()
  const server = await listServer(t, { '/a': der })
  const scene = surroundings()
  const lists = await openLists(t, allowing(server.host), scene)
  const path = pathNaming([`${server.url}/a`])
  const asked = [lists.fetchFor(path), lists.fetchFor(pathNaming([`${server.url}/a`]))]
  t.strictSame(await Promise.all(asked), [undefined, undefined])
  t.strictSame([rawOf(lists), scene.changes, server.asked], [[der], 1, ['/a']])
  t.equal(lists.fetchFor(path), undefined, 'nothing to wait for')
  t.match(lists.state(), [{ source: `${server.url}/a` }])
  t.strictSame([server.asked.length, scene.events], [1, []])
})

t.test('nothing is fetched where it is not allowed, or nothing is named', async (t) => {
  const server = await listServer(t, { '/a': listOf() })
  const lists = await openLists(t, {}, surroundings())
  t.equal(lists.fetchFor(pathNaming([`${server.url}/a`])), undefined)
  const refusing = await openLists(t, { distributionPoints: false }, surroundings())
  t.equal(refusing.fetchFor(pathNaming([`${server.url}/a`])), undefined)
  const allowed = await openLists(t, allowing(server.host), surroundings())
  t.equal(allowed.fetchFor(pathNaming([])), undefined)
  t.equal(allowed.fetchFor(pathNaming(['ldap://lists.example/cn=a', 'urn:a:b'])), undefined, 'other schemes are passed over')
  t.equal(allowed.fetchFor([mint({ extensions: pathNaming([`${server.url}/a`])[0].extensions }).certificate]), undefined, 'an anchor is not asked about')
  t.equal(server.connections(), 0)
})

t.test('a distribution point without a name of its own is passed over', async (t) => {
  const directory = writeSequence(write(contextTag(2, true), writeGeneralName({ type: 'directoryName', value: 'CN=Lists' })))
  const { certificate } = mintClient(authority, { extensions: [{ type: extensionTypes.cRLDistributionPoints, critical: false, value: writeSequence(directory) }] })
  const lists = await openLists(t, allowing('lists.example'), surroundings())
  t.equal(lists.fetchFor(certificate.along([authority.certificate]).path!), undefined)
})

t.test('a host that is not allowed, and an address that is not public, are not connected to; that is reported', async (t) => {
  const server = await listServer(t, { '/a': listOf() })
  const url = `${server.url}/a`
  for (const [options, why] of [
    [allowing('lists.example', '127.0.0.1:80'), `the host ${server.host} is not allowed`],
    [{ distributionPoints: { allowedHosts: ['127.0.0.1'] } }, 'its address 127.0.0.1 is not of the public Internet']
  ] as const) {
    const scene = surroundings()
    const lists = await openLists(t, options, scene)
    await lists.fetchFor(pathNaming([url]))
    t.strictSame(scene.messages, [`no certificate list was had from ${url}: ${url} cannot be fetched: ${why}`])
    t.equal(lists.fetchFor(pathNaming([url])), undefined, 'it is not tried again at once')
    t.strictSame(lists.lists, [])
  }
  t.equal(server.connections(), 0)
})

t.test('no URL of a certificate that is not trusted is ever fetched', async (t) => {
  const server = await listServer(t, { '/a': listOf() })
  const lists = await openLists(t, allowing(server.host), surroundings())
  const extensions = pathNaming([`${server.url}/a`])[0].extensions
  const forger = mintAuthority({ subject: authority.certificate.subject.raw })
  const callers = [
    mint({ subject: 'self-signed', extensions }), mintClient(stranger, { extensions }), mintClient(forger, { extensions }),
    mintClient(authority, { extensions, notAfter: new Date(0), notBefore: new Date(0) }),
    mintClient(authority, { extensions: [...extensions, extendedKeyUsage('serverAuth')] }),
    mintClient(mintClient(authority), { extensions })
  ]
  // As whoever uses the lists has to do it: first the path, then what is named in it.
  const ask = (certificate: Buffer) => lists.fetchFor(verifyCertificationPath({ certificate, trustAnchors: [authority.certificate], at: new Date(), purpose: 'clientAuth' }).certificates)
  for (const { der } of callers) t.throws(() => ask(der), { name: 'CertificationPathError' })
  await new Promise((resolve) => setTimeout(resolve, 20))
  t.equal(server.connections(), 0)
  await ask(mintClient(authority, { extensions }).der)
  t.strictSame([server.connections(), server.asked], [1, ['/a']])
})

t.test('every distribution point is asked, and of one with several URLs the next where the first fails', async (t) => {
  const [one, two] = [listOf(), listOf({ by: stranger })]
  const server = await listServer(t, { '/one': one, '/two': two })
  const scene = surroundings()
  const lists = await openLists(t, allowing(server.host), scene)
  const path = pathNaming([['ldap://lists.example/x', `${server.url}/dead`, `${server.url}/one`], `${server.url}/two`])
  await lists.fetchFor(path)
  t.strictSame([new Set(rawOf(lists)).size, server.asked.sort()], [2, ['/dead', '/one', '/two']])
  t.equal(lists.fetchFor(path), undefined)
  scene.at += day + 1000
  server.answers.set('/one', listOf({ number: 2n, nextUpdate: new Date(start + 3 * day) }))
  await lists.fetchFor(path)
  t.strictSame(server.asked.slice(3).sort(), ['/dead', '/one', '/two'], 'once they are out of date, and some time has passed')
})

t.test('for each certificate of the path but the anchor', async (t) => {
  const server = await listServer(t, { '/leaf': listOf({ by: stranger }), '/issuing': listOf() })
  const issuing = mintAuthority({ subject: 'Issuing', issuer: authority, extensions: pathNaming([`${server.url}/issuing`])[0].extensions })
  const { certificate } = mintClient(issuing, { extensions: pathNaming([`${server.url}/leaf`])[0].extensions })
  const lists = await openLists(t, allowing(server.host), surroundings())
  await lists.fetchFor(certificate.along([issuing.certificate, authority.certificate]).path!)
  t.strictSame(server.asked.sort(), ['/issuing', '/leaf'])
})

t.test('a list that the owner named is not fetched as well: one that is current, signed, complete, and of no part', async (t) => {
  const server = await listServer(t, { '/a': listOf(), '/own': listOf() })
  const path = pathNaming([`${server.url}/a`])
  const asks = async (crl: Buffer) => (await openLists(t, { crl, ...allowing(server.host) }, surroundings())).fetchFor(path) !== undefined
  t.equal(await asks(listOf()), false)
  t.equal(await asks(listOf({ nextUpdate: new Date(start - 1000), thisUpdate: new Date(start - day) })), true, 'out of date')
  t.equal(await asks(listOf({ by: { ...stranger, certificate: authority.certificate } })), true, 'forged')
  t.equal(await asks(listOf({ by: stranger })), true, 'of another')
  const part = { type: '2.5.29.28', critical: true, value: Buffer.from('30038101ff', 'hex') }
  t.equal(await asks(listOf({ extensions: [part] })), true, 'of a part')
  t.equal(await asks(listOf({ extensions: [{ type: '2.5.29.27', critical: true, value: Buffer.from('020101', 'hex') }] })), true, 'a delta')
  const configured = await openLists(t, { crl: `${server.url}/own`, ...allowing(server.host) }, surroundings())
  t.equal(configured.fetchFor(path), undefined)
})

t.test('a URL that is configured too is one with it', async (t) => {
  const server = await listServer(t)
  const scene = surroundings()
  const lists = await openLists(t, { crl: `${server.url}/a`, ...allowing('lists.example') }, scene)
  scene.at += day
  server.answers.set('/a', listOf({ nextUpdate: new Date(start + 3 * day) }))
  await lists.fetchFor(pathNaming([`HTTP://${server.host}/a`]))
  t.strictSame([server.asked, lists.lists.length], [['/a', '/a'], 1])
})

t.test('a failure is not repeated before some time has passed, then it is tried by whoever asks', async (t) => {
  const server = await listServer(t)
  const scene = surroundings()
  const lists = await openLists(t, allowing(server.host), scene)
  const path = pathNaming([`${server.url}/a`])
  await lists.fetchFor(path)
  t.equal(lists.fetchFor(path), undefined)
  scene.at += 4999
  t.equal(lists.fetchFor(path), undefined)
  scene.at += 1
  server.answers.set('/a', listOf())
  await lists.fetchFor(path)
  t.strictSame([lists.lists.length, server.asked.length], [1, 2])
})

t.test('what nobody asks for any more is not fetched again; who asks then has what is held, and it is renewed', async (t) => {
  const server = await listServer(t, { '/a': listOf() })
  const scene = surroundings()
  const lists = await openLists(t, allowing(server.host), scene)
  const path = pathNaming([`${server.url}/a`])
  await lists.fetchFor(path)
  t.equal(lists.fetchFor(path), undefined)
  await scene.fire(() => scene.waiting.length > 0)
  t.strictSame([server.asked.length, scene.waiting], [2, [hour]], 'asked for')
  await scene.fire(() => true)
  await new Promise((resolve) => setTimeout(resolve, 20))
  t.strictSame([server.asked.length, scene.waiting], [2, []], 'not asked for')
  const newer = listOf({ number: 2n })
  server.answers.set('/a', newer)
  t.equal(lists.fetchFor(path), undefined)
  await waitFor(() => scene.changes === 2)
  t.strictSame([rawOf(lists), server.asked.length], [[newer], 3])
})

t.test('what was fetched before is on the disk', async (t) => {
  const cacheDirectory = t.testdir()
  const server = await listServer(t, { '/a': listOf() })
  const options = { ...allowing(server.host), cacheDirectory }
  await (await openLists(t, options, surroundings())).fetchFor(pathNaming([`${server.url}/a`]))
  t.equal(readdirSync(cacheDirectory).length, 1)
  server.answers.clear()
  const again = await openLists(t, options, surroundings())
  t.strictSame(again.lists, [], 'only once a certificate names it')
  await again.fetchFor(pathNaming([`${server.url}/a`]))
  t.strictSame([again.lists.length, server.asked.length], [1, 1])
})

t.test('of very many URLs those that were asked for longest ago are given up, with their lists', async (t) => {
  const server = await listServer(t, { '/first': listOf() })
  const scene = surroundings()
  const lists = await openLists(t, allowing(server.host), scene)
  const names = (count: number, name: string) => Array.from({ length: count }, (_, index) => `${server.url}/${name}${index}`)
  await lists.fetchFor(pathNaming([`${server.url}/first`]))
  await lists.fetchFor(pathNaming(names(128, 'a')))
  t.equal(lists.fetchFor(pathNaming([`${server.url}/first`])), undefined)
  await lists.fetchFor(pathNaming(names(255, 'b')))
  t.equal(lists.lists.length, 1)
  await lists.fetchFor(pathNaming(names(1, 'c')))
  t.strictSame([lists.lists, scene.changes], [[], 2])
})

t.test('a URL that cannot be read is reported like one that fails', async (t) => {
  const scene = surroundings()
  const lists = await openLists(t, allowing('lists.example'), scene)
  await lists.fetchFor(pathNaming(['http://[']))
  t.strictSame(scene.messages, ['no certificate list was had from http://[: http://[ cannot be fetched: it is no http or https URL'])
})

t.test('where it is closed, nothing is fetched any more', async (t) => {
  const server = await listServer(t, { '/a': listOf() })
  const lists = await openLists(t, allowing(server.host), surroundings())
  server.gate = new Promise(() => {})
  const asked = lists.fetchFor(pathNaming([`${server.url}/a`]))
  await waitFor(() => server.asked.length === 1)
  lists.close()
  await asked
  t.strictSame([lists.lists, lists.fetchFor(pathNaming([`${server.url}/a`]))], [[], undefined])
})
