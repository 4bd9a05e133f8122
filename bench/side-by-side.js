import { ratios, shuffled, summary } from './figures.js'
import { start } from './processes.js'

// `fastify` stands twice: what differs between the two is what this machine cannot tell apart (the null pair).
const servers = { https: 'https', fastify: 'fastify', again: 'fastify', hooks: 'hooks', plugin: 'plugin', byHand: 'by-hand', express: 'express' }
// Of one turn, and how many turns are measured; as many go before, in which V8 compiles what is called often.
const works = { handshakes: { count: 60, turns: 8 }, resumed: { count: 100, turns: 8 }, keptAlive: { count: 2000, turns: 24 } }
const connections = 5000

/** CPU time of the server's process per connection, in microseconds. */
export const compareServers = (folder, rounds, log) => compareWorks(folder, rounds, ['handshakes', 'resumed'], log)

/** The same for kept-alive requests. */
export const compareKeptAlive = async (folder, rounds, log) => (await compareWorks(folder, rounds, ['keptAlive'], log)).keptAlive

/** Each round has fresh processes. All servers run at once and take turns, in another order each time: what the machine does meanwhile meets them all. */
async function compareWorks (folder, rounds, names, log) {
  const figures = {}
  for (let round = 0; round < rounds; round++) {
    log(`${names.join(' and ')}, round ${round + 1} of ${rounds}`)
    const running = {}
    for (const [name, file] of shuffled(Object.entries(servers))) running[name] = await startServer(folder, file)
    const client = start('client.js', folder)
    for (const name of names) add(figures[name] ??= {}, await turnsOf(name, running, client))
    await client.stop()
    for (const { server } of Object.values(running)) await server.stop()
  }
  return Object.fromEntries(names.map((name) => [name, compared(figures[name], rounds)]))
}

async function turnsOf (work, running, client) {
  const { count, turns } = works[work]
  const found = {}
  for (let turn = -turns; turn < turns; turn++) {
    for (const [name, { server, port }] of shuffled(Object.entries(running))) {
      const figure = await cpuOf(server, client, { work, port, count })
      if (turn >= 0) (found[name] ??= []).push(figure)
    }
  }
  return found
}

function add (figures, found) {
  for (const [name, each] of Object.entries(found)) (figures[name] ??= []).push(...each)
}

/** Beside the figures of all turns, of each round's processes the medians and the least figures: what one process was spared or struck by falls out. */
const compared = (byServer, rounds) => Object.fromEntries(Object.keys(servers).map((name) => [name, {
  ...summary(byServer[name]),
  ofFastify: ratios(byServer[name], byServer.fastify),
  ofFastifyByRound: {
    median: ratios(ofRounds(byServer[name], rounds, 'median'), ofRounds(byServer.fastify, rounds, 'median')),
    least: ratios(ofRounds(byServer[name], rounds, 'least'), ofRounds(byServer.fastify, rounds, 'least'))
  }
}]))

const ofRounds = (figures, rounds, which) => Array.from({ length: rounds }, (_, round) => {
  const each = figures.length / rounds
  return summary(figures.slice(round * each, (round + 1) * each))[which]
})

async function startServer (folder, file) {
  const server = start(`servers/${file}.js`, folder)
  const { port } = await server.next()
  return { server, port }
}

async function cpuOf (server, client, order) {
  const { cpu } = await server.ask('cpu')
  await client.ask(order)
  return ((await server.ask('cpu')).cpu - cpu) / order.count
}

/** Octets of JavaScript heap per idle connection, after a collection of garbage. */
export async function compareMemory (folder, rounds, log) {
  const figures = {}
  for (let round = 0; round < rounds; round++) {
    for (const [name, file] of shuffled(Object.entries(servers))) {
      log(`memory, round ${round + 1} of ${rounds}: ${name}`)
      ;(figures[name] ??= []).push(await measureMemory(folder, file))
    }
  }
  return Object.fromEntries(Object.keys(servers).map((name) => [name, summary(figures[name])]))
}

async function measureMemory (folder, file) {
  const server = start(`servers/${file}.js`, folder)
  const { port } = await server.next()
  const client = start('client.js', folder)
  await client.ask({ work: 'idle', port, count: 200 })
  const { heap } = await server.ask('memory')
  await client.ask({ work: 'idle', port, count: connections })
  const figure = ((await server.ask('memory')).heap - heap) / connections
  await client.stop()
  await server.stop()
  return figure
}

/** What each server answers to the same request, without what the clock writes: has to be the same of all. */
export async function answers (folder) {
  const found = {}
  for (const [name, file] of Object.entries(servers)) {
    const server = start(`servers/${file}.js`, folder)
    const { port } = await server.next()
    const client = start('client.js', folder)
    found[name] = (await client.ask({ work: 'sample', port })).done.replace(/^date: .*\r\n/im, '').toLowerCase().split('\r\n').sort().join('\n')
    await client.stop()
    await server.stop()
  }
  return found
}
