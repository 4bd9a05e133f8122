import { readFileSync } from 'node:fs'

/** The same key, certificate and CA for every server; the folder is made by bench/material.js. */
export const folder = process.argv[2]
const read = (name) => readFileSync(`${folder}/${name}`)
export const key = read('server.key')
export const cert = read('server.cer')
export const ca = read('ca.cer')

/** What every server answers, octet for octet (but for the date). */
export const body = 'Hello, client\n'
export const headers = { 'content-type': 'text/plain; charset=utf-8', 'content-length': String(body.length) }

/** Tells the parent the port, and after that, when asked, what the process has used so far. */
export function report (port) {
  process.on('message', (question) => {
    if (question === 'memory') globalThis.gc()
    const { user, system } = process.cpuUsage()
    process.send({ cpu: user + system, heap: process.memoryUsage().heapUsed })
  })
  process.on('disconnect', () => process.exit(0))
  process.send({ port })
}

/** An application of Fastify, with what a benchmark needs set alike. */
export async function listenFastify (app) {
  app.get('/', (request, reply) => { reply.headers(headers).send(body) })
  await app.listen({ port: 0, host: '127.0.0.1' })
  app.server.keepAliveTimeout = 0
  report(app.server.address().port)
}
