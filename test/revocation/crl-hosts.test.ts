import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import type { CertificateLists, ReportedEvent } from '../../lib/revocation/index.js'
import { authority, listOf, openLists, pathNaming, start, stranger, waitFor } from './scene.js'
import { timeouts } from './timeouts.js'

const second = 1000
const minute = 60 * second
const hour = 60 * minute

/** What a host does with a request, at an instant. */
type Script = (response: ServerResponse, now: number, timeOut: () => void) => void

const list = (now: number, fields: Parameters<typeof listOf>[0] = {}): Buffer =>
  listOf({ number: BigInt(Math.floor(now / second)), thisUpdate: new Date(now - minute), nextUpdate: new Date(now + 10 * minute), ...fields })

/** The lists that are as they should be, as base64: what else is at hand serves nobody. */
const good = new Set<string>()

const well: Script = (response, now) => {
  const current = list(now)
  good.add(current.toString('base64'))
  response.end(current)
}

const forger = { ...stranger, certificate: authority.certificate }

const scripts: Record<string, Script> = {
  'is down': (response) => { response.socket?.destroy() },
  'is silent': (_response, _now, timeOut) => { timeOut() },
  'is slow': (response, _now, timeOut) => { response.write('x', () => setImmediate(timeOut)) },
  'sends garbage': (response) => { response.end('<html>') },
  'sends a list with a foreign signature': (response, now) => { response.end(list(now, { by: forger })) },
  'sends an old list': (response) => { response.end(list(start - 24 * hour)) },
  'sends a list of the future': (response, now) => { response.end(list(now + hour)) },
  'breaks off': (response, now) => { response.setHeader('content-length', 5000).write(list(now)); setImmediate(() => response.destroy()) },
  redirects: (response) => { response.writeHead(302, { location: '/other' }).end() },
  'says 304': (response) => { response.writeHead(304).end() },
  'compresses though it was not asked to': (response, now) => { response.setHeader('content-encoding', 'gzip').end(gzipSync(list(now))) }
}

interface Host { readonly url: string, script: Script, asked: number }

/** Clocks that go on only when they are told to, the timers that wait, and a host that asks them for the time. */
async function simulation (t: Test) {
  const timers = new Set<{ due: number, instant: number, action: () => void }>()
  const events: ReportedEvent[] = []
  const { come } = timeouts(t)
  let at = start
  const server = createServer((_request, response) => { host.asked++; host.script(response, at, come) }).listen(0, '127.0.0.1')
  t.teardown(() => { server.closeAllConnections(); server.close() })
  await once(server, 'listening')
  const host: Host = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ca.crl`, script: well, asked: 0 }
  const surroundings = {
    issuers: [authority.certificate],
    now: () => at,
    elapsed: () => at,
    random: () => 0.5,
    changed: () => {},
    report: (event: ReportedEvent) => { events.push(event) },
    after (delay: number, action: () => void, instant = Infinity) {
      const timer = { due: at + delay, instant, action }
      timers.add(timer)
      return () => timers.delete(timer)
    }
  }
  /** As much time as that passes; what comes due begins, and comes to its end. */
  const pass = async (milliseconds: number) => {
    for (const end = at + milliseconds; at < end;) {
      at += second
      for (const timer of [...timers].filter(({ due, instant }) => due <= at || instant <= at)) {
        timers.delete(timer)
        timer.action()
        await waitFor(() => timers.size > 0)
      }
    }
  }
  const open = (options: object = {}) => openLists(t, { crl: host.url, ...options }, surroundings)
  return { host, events, open, pass, now: () => at }
}

const path = pathNaming([])

const isServed = ({ lists }: CertificateLists, now: number): boolean =>
  lists.some(({ raw, nextUpdate }) => good.has(raw.toString('base64')) && nextUpdate!.getTime() >= now)

/** Requests come each second while nobody is served; after how many seconds somebody is. */
async function secondsUntilServed (lists: CertificateLists, { pass, now }: Awaited<ReturnType<typeof simulation>>): Promise<number> {
  const began = now()
  while (!isServed(lists, now())) {
    await lists.fetchFor(path)
    if (!isServed(lists, now())) await pass(second)
    if (now() - began > hour) return Infinity
  }
  return (now() - began) / second
}

const most = (counts: readonly number[]): number => Math.max(...counts.map((count, hour) => count - (counts[hour - 1] ?? 0)))

for (const [what, script] of Object.entries(scripts)) {
  t.test(`a host that ${what}: nobody is served where nothing is held, and all are within ten seconds after it is well`, async (t) => {
    const scene = await simulation(t)
    scene.host.script = script
    const lists = await scene.open()
    for (let count = 0; count < 60; count++) {
      await lists.fetchFor(path)
      await scene.pass(second)
    }
    t.notOk(isServed(lists, scene.now()), 'after a minute')
    scene.host.script = well
    const seconds = await secondsUntilServed(lists, scene)
    t.ok(seconds <= 10, `${seconds} seconds`)
  })

  t.test(`a host that ${what}: a start with a cache serves by it`, async (t) => {
    const scene = await simulation(t)
    const options = { cacheDirectory: t.testdir() }
    const before = await scene.open(options)
    before.close()
    scene.host.script = script
    const lists = await scene.open(options)
    await scene.pass(5 * minute)
    t.ok(isServed(lists, scene.now()))
  })

  t.test(`a host that ${what} while the server runs: the list held serves until it is over, and service is back within ten seconds`, async (t) => {
    const scene = await simulation(t)
    const lists = await scene.open()
    scene.host.script = script
    await scene.pass(9 * minute)
    t.ok(isServed(lists, scene.now()), 'the list held')
    await scene.pass(2 * minute)
    t.notOk(isServed(lists, scene.now()), 'it is over')
    for (let count = 0; count < 60; count++) {
      await lists.fetchFor(path)
      await scene.pass(second)
    }
    scene.host.script = well
    const seconds = await secondsUntilServed(lists, scene)
    t.ok(seconds <= 10, `${seconds} seconds`)
  })

  t.test(`a host that ${what} for hours: at most 20 requests and 20 log lines an hour`, async (t) => {
    const scene = await simulation(t)
    scene.host.script = script
    await scene.open()
    const [asked, told]: [number[], number[]] = [[], []]
    for (let count = 0; count < 4; count++) {
      await scene.pass(hour)
      asked.push(scene.host.asked)
      told.push(scene.events.length)
    }
    t.ok(most(asked) <= 20, `${asked} requests`)
    t.ok(most(told) <= 20, `${told} lines`)
  })
}

t.test('lists that end after 20 seconds are fetched so that one is always there', async (t) => {
  const scene = await simulation(t)
  scene.host.script = (response, now) => {
    const short = list(now, { nextUpdate: new Date(now + 20 * second) })
    good.add(short.toString('base64'))
    response.end(short)
  }
  const lists = await scene.open()
  for (let count = 0; count < 600; count++) {
    await scene.pass(second)
    if (!isServed(lists, scene.now())) t.fail(`nobody is served after ${count} seconds`)
  }
  t.equal(scene.events.length, 0)
})
