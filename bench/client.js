// The load: a process of its own, so that the server's CPU time is the server's alone.
import { readFileSync } from 'node:fs'
import { connect } from 'node:tls'
import { ask, stayAwake } from './ask.js'

const folder = process.argv[2]
const read = (name) => readFileSync(`${folder}/${name}`)
// Without a CA to trust, for OpenSSL's clients send along what they trust of their own path; browsers send the certificate alone.
const identity = { key: read('client.key'), cert: read('client.cer'), rejectUnauthorized: false, servername: 'localhost', host: '127.0.0.1' }
const request = 'GET / HTTP/1.1\r\nhost: localhost\r\n\r\n'
const lastRequest = 'GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n'

const open = (port, options) => new Promise((resolve, reject) => {
  const socket = connect({ ...identity, port, ...options }, () => resolve(socket)).once('error', reject)
})

const inParallel = (count, work) => Promise.all(Array.from({ length: count }, work))

const keptOpen = new Map()

/**
 * `count` requests over eight connections that were opened for the first of them. All eight ask, and all wait for the last
 * answer: left to themselves they fall into step with the server in one way or another, which changes how much it reads at once.
 */
async function keptAlive (port, count) {
  if (!keptOpen.has(port)) keptOpen.set(port, await inParallel(8, () => open(port)))
  const sockets = keptOpen.get(port)
  const sleep = stayAwake()
  for (let left = count / sockets.length; left > 0; left--) await Promise.all(sockets.map((socket) => ask(socket, request)))
  sleep()
}

/** `count` connections, each with a handshake of its own and one request. */
async function handshakes (port, count, session) {
  await inParallel(2, async () => {
    for (let left = count / 2; left > 0; left--) {
      const socket = await open(port, session)
      if (session !== undefined && !socket.isSessionReused()) throw new Error('the session was not resumed')
      await ask(socket, lastRequest)
      socket.destroy()
    }
  })
}

async function resumed (port, count) {
  const first = await open(port)
  const session = await new Promise((resolve) => first.once('session', resolve))
  first.destroy()
  await handshakes(port, count, { session })
}

const held = []

/** `count` connections with one request each, which then stay open and idle. */
async function idle (port, count) {
  await inParallel(20, async () => {
    for (let left = count / 20; left > 0; left--) {
      const socket = await open(port)
      await ask(socket, request)
      held.push(socket)
    }
  })
}

const works = { keptAlive, handshakes, resumed, idle, sample: async (port) => ask(await open(port), lastRequest) }

process.on('message', async ({ work, port, count }) => {
  process.send({ done: await works[work](port, count) ?? true })
})
process.on('disconnect', () => process.exit(0))
