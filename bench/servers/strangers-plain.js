import Fastify from 'fastify'
import { ca, cert, key, listenFastify } from './common.js'

// Asks for a certificate, lets everybody in, and looks at nothing: what a stranger's handshake takes in any case.
await listenFastify(Fastify({ https: { key, cert, ca, requestCert: true, rejectUnauthorized: false } }))
