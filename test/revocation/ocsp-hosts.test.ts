import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import t from 'tap'
import { failedOcspResponse } from '../certificate/raw-ocsp-response.js'
import { mintAuthority, mintClient } from '../helpers/mint.js'
import { answerTo, authority, ocspClient, responder, start } from './ocsp-scene.js'
import { timeouts } from './timeouts.js'

const second = 1000
const hour = 3600 * second

/** What a responder does with a request, at an instant. */
type Script = (request: Buffer, response: ServerResponse, now: number, timeOut: () => void) => Buffer | undefined

const well: Script = (request, _response, now) => answerTo(request, now)

const scripts: Record<string, Script> = {
  'is dead': (_request, response) => { response.socket?.destroy(); return undefined },
  'is silent': (_request, _response, _now, timeOut) => { timeOut(); return undefined },
  'is slow': (_request, response, _now, timeOut) => { response.write('x', () => setImmediate(timeOut)); return undefined },
  'says tryLater': () => failedOcspResponse(3),
  'repeats another nonce': (request, _response, now) => answerTo(request, now, { nonce: Buffer.alloc(32, 1) }),
  'gives an answer that is over': (request, _response, now) => answerTo(request, now - 30 * 24 * hour),
  'has a foreign signer': (request, _response, now) => answerTo(request, now, { signer: mintAuthority({ subject: 'Strange CA' }) }),
  'sends garbage': () => Buffer.from('<html>')
}

for (const [what, script] of Object.entries(scripts)) {
  t.test(`a responder that ${what}: nothing is told, and the status is back within ten seconds after it is well`, async (t) => {
    let now = () => start
    let current = script
    const { come } = timeouts(t)
    const { url, asked } = await responder(t, (request, response) => current(request, response, now(), come))
    const scene = ocspClient(t, { responder: url })
    now = scene.now
    for (let count = 0; count < 120; count++) {
      await scene.ask()
      scene.move(second)
    }
    t.strictSame(scene.statuses(), [])
    t.ok(asked.length <= 20, `${asked.length} requests in 2 minutes`)
    t.ok(scene.messages().length <= 6, scene.messages().join('\n'))
    current = well
    const began = scene.now()
    while (scene.statuses().length === 0) {
      await scene.ask()
      if (scene.statuses().length === 0) scene.move(second)
    }
    const seconds = (scene.now() - began) / second
    t.ok(seconds <= 10, `${seconds} seconds`)
  })
}

t.test('a responder that is well and not well by turns is in at most 20 lines an hour', async (t) => {
  let now = () => start
  const { url } = await responder(t, (request, response) => (Math.floor(now() / (40 * second)) % 2 === 0 ? well : scripts['is dead'])(request, response, now(), () => {}))
  const scene = ocspClient(t, { responder: url, timeout: 600_000 })
  now = scene.now
  const clients = Array.from({ length: 8 }, () => mintClient(authority))
  const lines: number[] = []
  for (let count = 0; count < 4; count++) {
    const before = scene.messages().length
    for (let passed = 0; passed < hour; passed += 10 * second) {
      await Promise.all(clients.map((each) => scene.ask(each)))
      scene.move(10 * second)
    }
    lines.push(scene.messages().length - before)
  }
  t.ok(Math.max(...lines) <= 20, lines.join())
})

t.test('200 clients at once: each has its answer, and none is asked about twice', async (t) => {
  const { url, asked } = await responder(t, (request) => answerTo(request, start, { of: byRequest(request) }))
  const clients = Array.from({ length: 200 }, () => mintClient(authority, { serialNumber: Buffer.concat([Buffer.from([0x40]), randomBytes(7)]) }))
  const byRequest = (request: Buffer) => clients.map(({ certificate }) => certificate).find(({ serialNumber }) => request.includes(Buffer.from(serialNumber, 'hex')))
  const scene = ocspClient(t, { responder: url, timeout: 600_000 })
  await Promise.all([...clients, ...clients].map((each) => scene.ask(each)))
  t.strictSame(clients.map((each) => scene.statuses(each)), clients.map(() => ['good']))
  t.equal(asked.length, 200)
})

t.test('a wall clock that is set back does not keep a responder from being asked', async (t) => {
  let wall = start
  let elapsed = 0
  let current: Script = scripts['is dead']
  const { url } = await responder(t, (request, response) => current(request, response, wall, () => {}))
  const { ask, statuses } = ocspClient(t, { responder: url }, { now: () => wall, elapsed: () => elapsed })
  for (let count = 0; count < 5; count++) await ask(mintClient(authority))
  t.equal(ask(), undefined, 'it rests')
  current = well
  elapsed += 10 * second
  wall -= 600 * second
  await ask()
  t.strictSame(statuses(), ['good'])
})
