// The proxy of a stranger: one connection that is kept, the same request again and again, whatever the answers say.
import { Agent, request } from 'node:http'
import { stayAwake } from './ask.js'

const agent = new Agent({ keepAlive: true, maxSockets: 1 })

const ask = (port, headers) => new Promise((resolve, reject) => {
  const sent = request({ port, host: '127.0.0.1', agent, headers }, (answer) => answer.resume().on('end', () => resolve(answer.statusCode)))
  sent.on('error', reject).end()
})

/** The header of a request as text. */
const headersOf = (text) => Object.fromEntries(text.split('\r\n').slice(1).filter((line) => line !== '')
  .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]))

process.on('message', async ({ port, text, count }) => {
  const sleep = stayAwake()
  let status
  for (let left = count; left > 0; left--) status = await ask(port, headersOf(text))
  sleep()
  process.send({ status })
})
process.on('disconnect', () => process.exit(0))
