import { createServer } from 'node:https'
import express from 'express'
import passport from 'passport'
import { Strategy } from 'passport-client-cert'
import { body, ca, cert, headers, key, report } from './common.js'

const app = express().disable('x-powered-by').disable('etag')
passport.use(new Strategy((certificate, done) => done(null, certificate.subject.CN === 'client' && certificate.subject)))
app.use(passport.initialize())
app.use(passport.authenticate('client-cert', { session: false }))
app.get('/', (request, response) => { response.set(headers).send(body) })
const server = createServer({ key, cert, ca, requestCert: true, rejectUnauthorized: false }, app)
server.keepAliveTimeout = 0
server.listen(0, '127.0.0.1', () => report(server.address().port))
