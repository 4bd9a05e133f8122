import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { FetchError } from '../../lib/errors.js'
import { writePem } from '../../lib/certificate/index.js'
import { rawCertificateList, utcTime } from '../certificate/raw-certificate-list.js'
import { mintAuthority } from '../helpers/mint.js'
import { authority, day, listOf, listServer, openLists, pathNaming, rawOf, start, stranger, surroundings, waitFor } from './scene.js'

const minute = 60_000
const hour = 60 * minute
const cacheFile = (folder: string, url: string) => join(folder, `${createHash('sha256').update(url).digest('hex')}.crl`)

t.test('a list is fetched at the start, also from an address that is not public, for the owner named it', async (t) => {
  const der = listOf()
  const server = await listServer(t, { '/a': der, '/b': Buffer.from(writePem('X509 CRL', der)) })
  const scene = surroundings()
  const lists = await openLists(t, { crl: [`${server.url}/a`, `HTTP://${server.host}/b`, `${server.url}/a`] }, scene)
  t.strictSame(rawOf(lists), [der, der])
  t.strictSame([server.asked.sort(), scene.events, scene.changes], [['/a', '/b'], [], 0])
  t.match(lists.state(), [{ source: `${server.url}/a` }, { source: `${server.url}/b` }])
})

t.test('a list that cannot be had is reported and tried for again, ever more seldom; then the lists are other ones', async (t) => {
  const server = await listServer(t)
  const url = `${server.url}/a`
  const scene = surroundings()
  const lists = await openLists(t, { crl: url }, scene)
  t.strictSame(lists.lists, [])
  t.strictSame(scene.messages, [`no certificate list was had from ${url}: ${url} cannot be fetched: the answer has status 404`])
  t.match(scene.events[0], { level: 'warn', url, error: { reason: 'STATUS' } })
  t.type(scene.events[0].error, FetchError)
  for (const delay of [5000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 600_000, 600_000]) {
    t.strictSame(scene.waiting, [delay])
    await scene.fire(() => scene.waiting.length > 0)
  }
  scene.chance = 1
  server.answers.set('/a', listOf({ nextUpdate: new Date(scene.at + 2 * day) }))
  await scene.fire(() => scene.waiting.length > 0)
  t.strictSame([rawOf(lists), scene.changes, scene.waiting], [[server.answers.get('/a')], 1, [hour]])
  server.answers.clear()
  await scene.fire(() => scene.waiting.length > 0)
  t.strictSame(scene.waiting, [2500], 'from the beginning, and with chance up to a half less')
  t.equal(lists.lists.length, 1, 'what is held stays')
})

t.test('a start waits for URLs that do not answer for five seconds; what comes later counts from then on', async (t) => {
  const server = await listServer(t, { '/a': listOf() })
  let answer = () => {}
  server.gate = new Promise<void>((resolve) => { answer = resolve })
  const scene = surroundings()
  const opening = openLists(t, { crl: `${server.url}/a` }, scene)
  await waitFor(() => scene.waiting.length > 0)
  t.strictSame(scene.waiting, [5000])
  await scene.fire(() => true)
  const lists = await opening
  t.strictSame([lists.lists, scene.changes, scene.waiting], [[], 0, []])
  answer()
  await waitFor(() => scene.changes > 0)
  t.strictSame(rawOf(lists), [server.answers.get('/a')])
})

t.test('a list is fetched again after a half to three quarters of what is left, from a minute to an hour', async (t) => {
  for (const [left, chance, delay] of [[day, 0, hour], [hour, 0, hour / 2], [hour, 1, hour * 3 / 4], [1.5 * hour, 0.5, 56.25 * minute], [70_000, 0, minute]]) {
    const server = await listServer(t, { '/a': listOf({ nextUpdate: new Date(start + left) }) })
    const scene = Object.assign(surroundings(), { chance })
    await openLists(t, { crl: `${server.url}/a` }, scene)
    t.strictSame(scene.waiting, [delay])
  }
})

t.test('where less is left it is fetched just before nextUpdate, and at it', async (t) => {
  for (const [left, delay] of [[minute, 55_000], [20_000, 15_000], [8000, 8000], [1000, 1000]]) {
    const server = await listServer(t, { '/a': listOf({ nextUpdate: new Date(start + left) }) })
    const scene = surroundings()
    await openLists(t, { crl: `${server.url}/a` }, scene)
    t.strictSame([scene.waiting, scene.timers.at(-1)?.instant], [[delay], start + left + 1])
  }
})

t.test('the next list of a CA that issues one each 20 seconds is there before the last one is over', async (t) => {
  const server = await listServer(t, { '/a': listOf({ nextUpdate: new Date(start + 20_000) }) })
  const scene = surroundings()
  const lists = await openLists(t, { crl: `${server.url}/a` }, scene)
  for (let turn = 0; turn < 20; turn++) {
    server.answers.set('/a', listOf({ number: BigInt(turn + 2), thisUpdate: new Date(scene.at + 10_000), nextUpdate: new Date(scene.at + 30_000) }))
    await scene.fire(() => scene.waiting.length > 0)
    t.ok(lists.lists[0].nextUpdate!.getTime() > scene.at)
  }
  t.strictSame([scene.events, lists.lists[0].number], [[], 21n])
})

t.test('a newer list takes the place of the one held, and the same one changes nothing', async (t) => {
  const [one, two] = [listOf({ number: 1n }), listOf({ number: 2n })]
  const server = await listServer(t, { '/a': one })
  const scene = surroundings()
  const lists = await openLists(t, { crl: `${server.url}/a` }, scene)
  const before = lists.lists
  await scene.fire(() => scene.waiting.length > 0)
  t.strictSame([lists.lists === before, scene.changes, server.asked.length], [true, 0, 2])
  server.answers.set('/a', Buffer.from(writePem('X509 CRL', one)))
  await scene.fire(() => scene.waiting.length > 0)
  t.strictSame([lists.lists === before, scene.changes], [true, 0], 'in another form')
  server.answers.set('/a', two)
  await scene.fire(() => scene.waiting.length > 0)
  t.strictSame([rawOf(lists), scene.changes, scene.events], [[two], 1, []])
})

t.test('an older list, or one of the future, is refused and reported, and the one held stays', async (t) => {
  const held = listOf({ number: 5n })
  const server = await listServer(t, { '/a': held })
  const scene = surroundings()
  const lists = await openLists(t, { crl: `${server.url}/a` }, scene)
  const answers = [listOf({ number: 4n, thisUpdate: new Date(start + 1) }), listOf({ number: 6n, thisUpdate: new Date(start - 1000) }), listOf({ number: 6n, thisUpdate: new Date(start + 20 * hour) })]
  for (const answer of answers) {
    server.answers.set('/a', answer)
    await scene.fire(() => scene.waiting.length > 0)
    // Until the next failure is told, too.
    scene.at += 15 * minute
  }
  const notTaken = `no certificate list was had from ${server.url}/a: that of CN=Lists CA is not taken: it`
  t.strictSame(scene.messages, [
    `${notTaken} has the number 4, and the one held 5`,
    `${notTaken} was issued at 2026-02-28T23:59:59.000Z, and the one held at 2026-03-01T00:00:00.000Z`,
    `${notTaken} was issued at 2026-03-01T20:00:00.000Z, which is not yet`
  ])
  t.strictSame([rawOf(lists), scene.changes], [[held], 0])
})

t.test('what nobody configured has signed is kept, and pushes nothing out', async (t) => {
  const held = listOf({ number: 5n })
  const forged = listOf({ number: 9n, by: { ...stranger, certificate: authority.certificate } })
  const other = listOf({ number: 1n, by: stranger })
  const server = await listServer(t, { '/a': held })
  const scene = surroundings()
  const lists = await openLists(t, { crl: `${server.url}/a` }, scene)
  const next = async (answer: Buffer) => {
    server.answers.set('/a', answer)
    await scene.fire(() => scene.waiting.length > 0)
    return rawOf(lists)
  }
  t.strictSame(await next(forged), [forged, held])
  t.strictSame(await next(other), [other, held, forged])
  const newer = listOf({ number: 6n })
  t.strictSame(await next(newer), [newer, other], 'one of unknown origin gives way to one of the same scope that is signed')
  t.strictSame(scene.messages, [
    `no certificate list was had from ${server.url}/a: that of CN=Lists CA is signed by no certificate of the option ca`,
    `no certificate list was had from ${server.url}/a: that of CN=Strange CA is signed by no certificate of the option ca`,
    `the certificate list of ${server.url}/a is had again`
  ])
  for (let left = 8; left > 0; left--) await next(listOf({ by: mintAuthority({ subject: `Stranger ${left}` }) }))
  t.strictSame([lists.lists.length, rawOf(lists)[1]], [5, newer], 'there is an end to what can be put beside it')
})

t.test('a list that nobody configured has signed is a failure: it is told, and tried again after 5 seconds, and longer each time', async (t) => {
  const held = listOf({ number: 5n })
  const forged = listOf({ number: 9n, by: { ...stranger, certificate: authority.certificate } })
  const server = await listServer(t, { '/a': held })
  const scene = surroundings()
  const lists = await openLists(t, { crl: `${server.url}/a` }, scene)
  server.answers.set('/a', forged)
  for (const delay of [hour, 5000, 10_000, 20_000]) {
    t.strictSame(scene.waiting, [delay])
    await scene.fire(() => scene.waiting.length > 0)
  }
  t.ok(rawOf(lists).some((raw) => raw.equals(held)), 'the one held stays')
  server.answers.set('/a', listOf({ number: 6n }))
  await scene.fire(() => scene.waiting.length > 0)
  t.strictSame([lists.lists[0].number, scene.waiting], [6n, [hour]])
})

t.test('a request that finds the list of a configured URL out of date has it fetched at once, and after failures each 10 seconds', async (t) => {
  const server = await listServer(t, { '/a': listOf({ nextUpdate: new Date(start + hour) }) })
  const scene = surroundings()
  const lists = await openLists(t, { crl: `${server.url}/a` }, scene)
  const path = pathNaming([])
  t.equal(lists.fetchFor(path), undefined, 'what is current is not asked for')
  scene.at += 2 * hour
  server.answers.clear()
  for (let second = 0; second < 600; second++, scene.at += 1000) await lists.fetchFor(path)
  t.ok(server.asked.length > 40 && server.asked.length <= 62, `${server.asked.length} requests in 10 minutes`)
  t.strictSame(scene.messages.length, 2, 'and 2 lines')
  server.answers.set('/a', listOf({ number: 2n, thisUpdate: new Date(scene.at), nextUpdate: new Date(scene.at + hour) }))
  scene.at += 10_000
  await lists.fetchFor(path)
  t.strictSame([lists.lists.map(({ number }) => number), scene.changes, scene.messages.at(-1)], [[2n], 1, `the certificate list of ${server.url}/a is had again`])
})

t.test('a request does not wait for long: the list may come later', async (t) => {
  const server = await listServer(t)
  const scene = surroundings()
  const lists = await openLists(t, { crl: `${server.url}/a` }, scene)
  scene.at += minute
  let answer = () => {}
  server.gate = new Promise<void>((resolve) => { answer = resolve })
  server.answers.set('/a', listOf())
  const waiting = lists.fetchFor(pathNaming([]))
  await waitFor(() => server.asked.length === 2)
  t.strictSame(scene.waiting, [2000])
  await scene.fire(() => true)
  await waiting
  answer()
  await waitFor(() => scene.changes === 1)
  t.equal(lists.lists.length, 1)
})

t.test('a request whose certificate is told of by another list does not wait for one that is late', async (t) => {
  const server = await listServer(t, { '/a': listOf({ nextUpdate: new Date(start + hour) }) })
  const scene = surroundings()
  const lists = await openLists(t, { crl: [`${server.url}/a`, listOf()] }, scene)
  scene.at += 2 * hour
  const path = pathNaming([])
  t.equal(lists.fetchFor(path), undefined)
  await waitFor(() => server.asked.length === 2)
})

t.test('a configured URL is fetched when it is asked for by hand, also where what is held is current', async (t) => {
  const server = await listServer(t, { '/a': listOf() })
  const scene = surroundings()
  const lists = await openLists(t, { crl: `${server.url}/a` }, scene)
  t.equal(await lists.refresh(), false)
  server.answers.set('/a', listOf({ number: 2n }))
  t.equal(await lists.refresh(), true)
  t.strictSame([lists.lists.map(({ number }) => number), server.asked.length, scene.waiting], [[2n], 3, [hour]])
  lists.close()
  t.equal(await lists.refresh(), false)
  t.equal(server.asked.length, 3)
})

t.test('a host that is down for a day is asked, and told of, at most 20 times an hour where nobody waits', async (t) => {
  const server = await listServer(t)
  const scene = surroundings()
  await openLists(t, { crl: `${server.url}/a` }, scene)
  const asked = [0]
  const told = [0]
  while (scene.at < start + day) {
    await scene.fire(() => scene.waiting.length > 0)
    const at = Math.floor((scene.at - start) / hour)
    asked[at] = server.asked.length
    told[at] = scene.events.length
  }
  for (const counts of [asked, told]) t.ok(counts.every((count, at) => count - (counts[at - 1] ?? 0) <= 20), counts.join())
})

t.test('what cannot be read, or is too long, is reported, and the one held stays', async (t) => {
  const held = listOf()
  const server = await listServer(t, { '/a': held })
  const url = `${server.url}/a`
  const scene = surroundings()
  const lists = await openLists(t, { crl: url, maxListOctets: held.length }, scene)
  for (const answer of [Buffer.from('<html>'), Buffer.concat([held, Buffer.alloc(1)])]) {
    server.answers.set('/a', answer)
    await scene.fire(() => scene.waiting.length > 0)
  }
  t.match(scene.messages, [`no certificate list was had from ${url}: it is a page of HTML or XML, as a server sends in place of a file that it does not have`, `no certificate list was had from ${url}: ${url} cannot be fetched: the answer has more than ${held.length} octets`])
  t.strictSame(rawOf(lists), [held])
})

t.test('what is out of date when it comes is tried for again as after a failure, and is better than nothing', async (t) => {
  const old = listOf({ nextUpdate: new Date(start - 1000), thisUpdate: new Date(start - day) })
  const server = await listServer(t, { '/a': old })
  const scene = surroundings()
  const lists = await openLists(t, { crl: `${server.url}/a` }, scene)
  t.strictSame([rawOf(lists), scene.waiting], [[old], [5000]])
  await scene.fire(() => scene.waiting.length > 0)
  t.strictSame([rawOf(lists), scene.waiting], [[old], [10_000]])
})

t.test('a list without nextUpdate is fetched every half an hour to three quarters', async (t) => {
  const server = await listServer(t, { '/a': rawCertificateList({ nextUpdate: undefined }) })
  const scene = surroundings()
  const lists = await openLists(t, { distributionPoints: { allowedHosts: [server.host] }, allowPrivateAddresses: true }, scene)
  const path = pathNaming([`${server.url}/a`])
  await lists.fetchFor(path)
  t.strictSame([lists.lists.length, lists.state()[0].nextUpdate, lists.state()[0].number, scene.waiting], [1, undefined, undefined, [hour / 2]])
  t.equal(lists.fetchFor(path), undefined)
  server.answers.set('/a', rawCertificateList({ nextUpdate: undefined, thisUpdate: utcTime('260102000000Z') }))
  await scene.fire(() => scene.waiting.length > 0)
  t.strictSame(lists.state().map(({ thisUpdate }) => thisUpdate), [new Date('2026-01-02T00:00:00Z')], 'also without a key identifier it is one line')
})

t.test('what was fetched is kept on the disk for a start without network', async (t) => {
  const folder = join(t.testdir(), 'a', 'cache')
  const der = listOf({ number: 3n })
  const server = await listServer(t, { '/a': der })
  const url = `${server.url}/a`
  const options = { crl: url, cacheDirectory: folder }
  await openLists(t, options, surroundings())
  t.strictSame(readdirSync(folder), [cacheFile('', url)])
  t.strictSame(readFileSync(cacheFile(folder, url)), der)
  server.answers.clear()
  const scene = Object.assign(surroundings(), { chance: 0.5 })
  const lists = await openLists(t, options, scene)
  t.strictSame([rawOf(lists), server.asked.length, scene.waiting, scene.events], [[der], 1, [2500], []], 'at once, and the network is asked a little later')
  server.answers.set('/a', listOf({ number: 2n }))
  await scene.fire(() => scene.waiting.length > 0)
  t.match(scene.messages, [/has the number 2, and the one held 3$/], 'no way back by starting anew')
  t.strictSame(readFileSync(cacheFile(folder, url)), der, 'nor on the disk')
  const newer = listOf({ number: 4n })
  server.answers.set('/a', newer)
  await scene.fire(() => scene.waiting.length > 0)
  t.strictSame([rawOf(lists), readFileSync(cacheFile(folder, url)), readdirSync(folder).length], [[newer], newer, 1])
})

t.test('several lists of one URL are kept on the disk together', async (t) => {
  const folder = t.testdir()
  const both = [listOf(), listOf({ by: stranger })]
  const server = await listServer(t, { '/a': Buffer.from(both.map((list) => writePem('X509 CRL', list)).join('')) })
  const options = { crl: `${server.url}/a`, cacheDirectory: folder }
  t.strictSame(rawOf(await openLists(t, options, surroundings())), both)
  server.answers.clear()
  t.strictSame(rawOf(await openLists(t, options, surroundings())), both)
})

t.test('a copy that is out of date is used where the network has none', async (t) => {
  const folder = t.testdir()
  const server = await listServer(t)
  const old = listOf({ nextUpdate: new Date(start - 1000), thisUpdate: new Date(start - day) })
  writeFileSync(cacheFile(folder, `${server.url}/a`), old)
  const lists = await openLists(t, { crl: `${server.url}/a`, cacheDirectory: folder }, surroundings())
  t.strictSame([rawOf(lists), server.asked], [[old], ['/a']])
})

t.test('a broken copy is reported and written anew', async (t) => {
  const folder = t.testdir()
  const der = listOf()
  const server = await listServer(t, { '/a': der })
  const url = `${server.url}/a`
  writeFileSync(cacheFile(folder, url), der.subarray(0, 100))
  const scene = surroundings()
  const lists = await openLists(t, { crl: url, cacheDirectory: folder }, scene)
  t.match(scene.messages, [new RegExp(`^the copy of ${url} on the disk cannot be used: DER element is longer`)])
  t.match(scene.events[0], { level: 'warn', url })
  t.strictSame([rawOf(lists), readFileSync(cacheFile(folder, url))], [[der], der])
})

t.test('a folder that cannot be written or read is reported, and the list is used', async (t) => {
  const folder = t.testdir()
  const der = listOf()
  const server = await listServer(t, { '/a': der, '/b': der })
  const scene = surroundings()
  // Where the file should be is a folder.
  mkdirSync(cacheFile(folder, `${server.url}/a`))
  const lists = await openLists(t, { crl: `${server.url}/a`, cacheDirectory: folder }, scene)
  t.match(scene.messages, [/^the copy of .* on the disk cannot be used: is a folder/, /^the certificate list of .* cannot be kept on the disk: E/])
  t.strictSame([rawOf(lists), readdirSync(folder).length], [[der], 1], 'nothing is left over')
})

t.test('where it is closed nothing is fetched any more, and nothing that was under way counts', async (t) => {
  const server = await listServer(t, { '/a': listOf({ number: 1n }) })
  const scene = surroundings()
  const lists = await openLists(t, { crl: `${server.url}/a` }, scene)
  server.gate = new Promise(() => {})
  server.answers.set('/a', listOf({ number: 2n }))
  await scene.fire(() => server.asked.length === 2)
  lists.close()
  await new Promise((resolve) => setImmediate(resolve))
  t.strictSame([lists.lists.map(({ number }) => number), scene.changes, scene.events, scene.waiting], [[1n], 0, [], []])
})

t.test('what is read when it is closed does not count either', async (t) => {
  const server = await listServer(t, { '/a': listOf({ number: 1n }) })
  const scene = surroundings()
  const lists = await openLists(t, { crl: `${server.url}/a` }, scene)
  server.answers.set('/a', listOf({ number: 2n }))
  let isClosed = false
  // It is asked who may have signed once the octets are read.
  Object.defineProperty(scene, 'issuers', { get: () => { lists.close(); isClosed = true; return [authority.certificate] } })
  await scene.fire(() => isClosed)
  await new Promise((resolve) => setTimeout(resolve, 20))
  t.strictSame([lists.lists.map(({ number }) => number), scene.changes, scene.events, scene.waiting], [[1n], 0, [], []])
})

t.test('of itself it keeps time with timers that keep no process alive', async (t) => {
  const server = await listServer(t, { '/a': listOf() })
  const { now, elapsed, issuers, changed, report } = surroundings()
  const seen: Array<{ delay: number, isAlive: boolean }> = []
  const { setTimeout } = globalThis
  t.intercept(globalThis, 'setTimeout', {
    value: (action: () => void, delay: number) => {
      const timer = setTimeout(action, delay)
      if (delay >= minute) setImmediate(() => seen.push({ delay, isAlive: timer.hasRef() }))
      return timer
    }
  })
  const lists = await openLists(t, { crl: `${server.url}/a` }, { now, elapsed, issuers, changed, report })
  await waitFor(() => seen.length > 0)
  t.strictSame(seen, [{ delay: minute, isAlive: false }])
  lists.close()
})
