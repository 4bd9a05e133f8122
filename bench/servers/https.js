import { createServer } from 'node:https'
import { body, ca, cert, headers, key, report } from './common.js'

const server = createServer({ key, cert, ca, requestCert: true, rejectUnauthorized: true }, (request, response) => {
  response.writeHead(200, headers).end(body)
})
server.keepAliveTimeout = 0
server.listen(0, '127.0.0.1', () => report(server.address().port))
