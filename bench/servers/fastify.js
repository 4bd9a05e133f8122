import Fastify from 'fastify'
import { ca, cert, key, listenFastify } from './common.js'

await listenFastify(Fastify({ https: { key, cert, ca, requestCert: true, rejectUnauthorized: true } }))
