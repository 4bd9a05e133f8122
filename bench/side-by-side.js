import { ratios, shuffled, summary } from './figures.js'
import { start } from './processes.js'

// `fastify` stands twice: what differs between the two is what this machine cannot tell apart (the null pair).
const servers = { https: 'https', fastify: 'fastify', again: 'fastify', hooks: 'hooks', plugin: 'plugin', byHand: 'by-hand', express: 'express' }
const works = { handshakes: 800, resumed: 1200 }
const batch = 2000
const batches = 24
const connections = 5000

/** CPU time of the server process per operation, in microseconds, each round with fresh processes and in another order. */
export async function compareServers (folder, rounds, log) {
  const figures = {}
  for (let round = 0; round < rounds; round++) {
    for (const [name, file] of shuffled(Object.entries(servers))) {
      log(`round ${round + 1} of ${rounds}: ${name}`)
      const found = await measure(folder, file)
      for (const [work, figure] of Object.entries(found)) ((figures[work] ??= {})[name] ??= []).push(figure)
    }
  }
  return Object.fromEntries(Object.entries(figures).map(([work, byServer]) => [work, compared(byServer)]))
}

const compared = (byServer) => Object.fromEntries(Object.keys(servers).map((name) =>
  [name, { ...summary(byServer[name]), ofFastify: ratios(byServer[name], byServer.fastify) }]))

async function measure (folder, file) {
  const { server, port } = await startServer(folder, file)
  const client = start('client.js', folder)
  const found = {}
  for (const [work, count] of Object.entries(works)) {
    await client.ask({ work, port, count: count / 4 })
    found[work] = await cpuOf(server, client, { work, port, count })
  }
  await client.stop()
  await server.stop()
  return found
}

/** The same for kept-alive requests, where microseconds count: all servers run at once and take turns, batch after batch. */
export async function compareKeptAlive (folder, rounds, log) {
  const figures = {}
  for (let round = 0; round < rounds; round++) {
    log(`kept-alive requests, round ${round + 1} of ${rounds}`)
    const running = {}
    for (const [name, file] of shuffled(Object.entries(servers))) running[name] = await startServer(folder, file)
    const client = start('client.js', folder)
    for (let turn = -batches; turn < batches; turn++) {
      for (const [name, { server, port }] of shuffled(Object.entries(running))) {
        const figure = await cpuOf(server, client, { work: 'keptAlive', port, count: batch })
        if (turn >= 0) (figures[name] ??= []).push(figure)
      }
    }
    await client.stop()
    for (const { server } of Object.values(running)) await server.stop()
  }
  return compared(figures)
}

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
