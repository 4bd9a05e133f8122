import Fastify from 'fastify'
import clientCertificate from '../../dist/index.js'
import { ca, cert, key, listenFastify } from './common.js'

const app = Fastify({ https: {} })
await app.register(clientCertificate, { key, cert, ca, authorize: { subject: { commonName: 'client' } } })
await listenFastify(app)
