import Fastify from 'fastify'
import { ca, cert, key, listenFastify } from './common.js'

// What Fastify itself takes for having any hooks before a handler, as an application with a guard has.
const app = Fastify({ https: { key, cert, ca, requestCert: true, rejectUnauthorized: true } })
app.addHook('onRequest', (request, reply, done) => { done() })
app.addHook('preHandler', (request, reply, done) => { done() })
await listenFastify(app)
