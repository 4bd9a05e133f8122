import Fastify = require('fastify')
import clientCertificate = require('fastify-client-certificate')
import { optionsFromEnvironment } from 'fastify-client-certificate/environment'

const app = Fastify()
app.register(clientCertificate, { ...optionsFromEnvironment({}), mode: 'none' })
app.get('/', async (request) => request.clientCertificate?.subject.commonName)
