// The proxy's part: connections that are kept, each request with the header that it is told.
import { connect } from 'node:net'
import { ask, stayAwake } from './ask.js'

const keptOpen = new Map()

const open = (port) => new Promise((resolve, reject) => {
  const socket = connect(port, '127.0.0.1', () => resolve(socket)).once('error', reject)
})

/** `count` requests over eight connections: all ask, and all wait for the last answer, so that all servers read alike. */
async function requests (port, count, text) {
  if (!keptOpen.has(port)) keptOpen.set(port, await Promise.all(Array.from({ length: 8 }, () => open(port))))
  const sockets = keptOpen.get(port)
  for (let left = count / sockets.length; left > 0; left--) await Promise.all(sockets.map((socket) => ask(socket, text)))
}

process.on('message', async ({ port, count, text }) => {
  const sleep = stayAwake()
  await requests(port, count, text)
  sleep()
  process.send({ done: true })
})
process.on('disconnect', () => process.exit(0))
