// A stranger: new connections, each with a handshake, one request and its answer, whatever that says.
import { connect } from 'node:tls'
import { stayAwake } from './ask.js'

const request = 'GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n'

/** The status of the answer; OpenSSL breaks the connection of a client whose certificate does not fit into a session ticket. */
const visit = (port, identity) => new Promise((resolve) => {
  let answer = ''
  const socket = connect({ ...identity, port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false }, () => socket.write(request))
  socket.on('data', (part) => { answer += part.toString('latin1') }).on('error', () => { resolve('broken'); socket.destroy() })
  socket.on('end', () => socket.destroy()).on('close', () => resolve(answer.startsWith('HTTP/1.1 ') ? answer.slice(9, 12) : 'broken'))
})

process.on('message', async ({ port, identity, count }) => {
  const sleep = stayAwake()
  let status
  for (let left = count; left > 0; left--) status = await visit(port, identity)
  sleep()
  process.send({ status })
})
process.on('disconnect', () => process.exit(0))
