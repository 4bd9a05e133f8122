// An application whose files are in the folder that is named: a process of its own, for it is to run out of file descriptors.
import { join } from 'node:path'
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import clientCertificate from '../../lib/index.js'

const folder = process.argv[2]
const file = (name: string) => join(folder, name)

const app = Fastify({ https: {} })
await app.register(clientCertificate, { key: file('server.key'), cert: file('server.pem'), ca: file('ca.pem'), crl: file('ca.crl') })
app.get('/', async () => 'ok')
await app.listen({ port: 0, host: '127.0.0.1' })
console.log((app.server.address() as AddressInfo).port)
