// What a stranger costs: CPU time of the server's process, beside plain Fastify, for certificates that are crafted to take long.
import { ratios, shuffled, summary } from './figures.js'
import { start } from './processes.js'
import { crossSigned, kinds, newKeys, pemOf } from './strangers-material.js'

const sizes = [1000, 15_000, 90_000]
const connections = 5

/** Microseconds of CPU for each connection; both servers run at once and take turns. */
export async function measureStrangers (folder, rounds, log) {
  const chains = makeChains()
  const servers = await startServers(folder)
  const client = start('strangers-client.js')
  const figures = {}
  for (let round = -1; round < rounds; round++) {
    log(`strangers, round ${round + 1} of ${rounds}`)
    for (const { kind, size, identity } of chains) {
      for (const [name, server] of shuffled(Object.entries(servers))) {
        const figure = await cpuOf(server, client, identity)

        if (round >= 0) (((figures[kind] ??= {})[size] ??= {})[name] ??= []).push(figure)
      }
    }
  }
  await client.stop()
  for (const { server } of Object.values(servers)) await server.stop()
  return Object.fromEntries(Object.entries(figures).map(([kind, bySize]) => [kind, Object.fromEntries(Object.entries(bySize).map(([size, found]) => [size, compared(found)]))]))
}

const requests = 200

/** What a stranger sends through a proxy that is trusted, again and again: each chain is refused. */
const forwardedChains = { p384: [8, 'P-384'], p521: [10, 'P-521'] }

const field = ({ der }) => `:${der.toString('base64')}:`

function forwardedText (count, namedCurve) {
  const [leaf, ...issuers] = crossSigned(count, namedCurve, newKeys())
  return `GET / HTTP/1.1\r\nHost: localhost\r\nClient-Cert: ${field(leaf)}\r\nClient-Cert-Chain: ${issuers.map(field).join(', ')}\r\n\r\n`
}

/** Microseconds of CPU for each request with a forwarded certificate, next to a server that ignores the header. */
export async function measureForwardedStrangers (folder, rounds, log) {
  const texts = Object.entries(forwardedChains).map(([kind, chain]) => [kind, forwardedText(...chain)])
  const figures = {}
  for (let round = -1; round < rounds; round++) {
    log(`forwarded strangers, round ${round + 1} of ${rounds}`)
    const client = start('strangers-forwarded-client.js')
    const servers = { ignored: await startForwarded(folder, 'ignored'), plugin: await startForwarded(folder, 'rfc9440') }
    for (const [kind, text] of texts) {
      for (const [name, server] of shuffled(Object.entries(servers))) {
        const figure = await cpuOfRequests(server, client, text)
        if (round >= 0) ((figures[kind] ??= {})[name] ??= []).push(figure)
      }
    }
    await client.stop()
    for (const { server } of Object.values(servers)) await server.stop()
  }
  return Object.fromEntries(Object.entries(figures).map(([kind, { ignored, plugin }]) => [kind, { ignored: summary(ignored), plugin: summary(plugin) }]))
}

async function startForwarded (folder, kind) {
  const server = start('servers/forwarded.js', folder, kind)
  return { server, port: (await server.next()).port }
}

async function cpuOfRequests ({ server, port }, client, text) {
  const { cpu } = await server.ask('cpu')
  const { status } = await client.ask({ port, text, count: requests })
  if (![200, 401].includes(status)) throw new Error(`a forwarded certificate was answered by ${status}`)
  return ((await server.ask('cpu')).cpu - cpu) / requests
}

const compared = ({ plain, plugin }) => ({ plain: summary(plain), plugin: summary(plugin), ofPlain: ratios(plugin, plain) })

function makeChains () {
  const keys = newKeys()
  const key = keys.privateKey.export({ type: 'pkcs8', format: 'pem' })
  return Object.entries(kinds).flatMap(([kind, make]) => sizes.map((size) => ({ kind, size, chain: make(size, keys) })))
    .filter(({ chain }) => chain !== undefined).map(({ kind, size, chain }) => ({ kind, size, identity: { key, cert: pemOf(...chain) } }))
}

async function startServers (folder) {
  const servers = {}
  for (const [name, file] of Object.entries({ plain: 'strangers-plain', plugin: 'plugin' })) {
    const server = start(`servers/${file}.js`, folder)
    servers[name] = { server, port: (await server.next()).port }
  }
  return servers
}

async function cpuOf ({ server, port }, client, identity) {
  const { cpu } = await server.ask('cpu')
  await client.ask({ port, identity, count: connections })
  return ((await server.ask('cpu')).cpu - cpu) / connections
}
