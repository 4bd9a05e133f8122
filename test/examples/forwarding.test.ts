import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { hear } from '../cli/transcript.js'
import { parts } from '../helpers/parts.js'
import { commandsIn, run } from './running.js'

t.test('the example knows whom the proxy forwards', async (t) => {
  const directory = t.testdir()
  const example = run(t, 'forwarding', directory)
  const [, origin] = await example.says(/^Listening on (http:\/\/\S+) /m)
  const escaped = encodeURIComponent(readFileSync(join(directory, 'certs/client.cer'), 'utf8'))

  t.strictSame(await ask(`${origin}/`, { 'x-ssl-client-cert': escaped }), [200, '{"caller":"client"}'])
  t.match(await ask(`${origin}/`, {}), [401, 'FST_CLIENT_CERTIFICATE_MISSING'])
  t.match(await ask(`${origin}/`, { x_ssl_client_cert: escaped }), [400, 'FST_CLIENT_CERTIFICATE_MALFORMED'])

  t.test('and shows what arrives', async (t) => {
    const [status, answer] = await ask(`${origin}/proxy-check`, { 'x-ssl-client-cert': 'forged', x_ssl_client_cert: 'as well' })
    t.equal(status, 200)
    t.match(JSON.parse(answer).rawHeaders, ['x-ssl-client-cert', 'forged', 'x_ssl_client_cert', 'as well'])
  })

  t.test('so that the printed check sees that there is no proxy', async (t) => {
    const [, command] = /^ +npx -p fastify-client-certificate client-certificate (.*)$/m.exec(example.output()) ?? []
    t.match(await hear(command.split(' '), { cwd: directory }), {
      status: 1,
      stdout: /^x-ssl-client-cert +in every way +arrives\nx-ssl-client-verify +in every way +arrives$/m
    })
  })

  t.test('the printed commands work as printed', { skip: parts.missing('curl') }, async (t) => {
    const env = { ...process.env, NODE_OPTIONS: '', NODE_V8_COVERAGE: '' }
    const answers = commandsIn(example.output()).map((command) => execFileSync('sh', ['-c', `${command} --silent --show-error`], { cwd: directory, env, encoding: 'utf8' }))
    t.match(answers, ['{"caller":"client"}', 'FST_CLIENT_CERTIFICATE_MISSING'])
  })
})

function ask (url: string, headers: Record<string, string>): Promise<[status: number | undefined, body: string]> {
  return new Promise((resolve, reject) => {
    request(url, { agent: false, headers }, (response) => { text(response).then((body) => resolve([response.statusCode, body]), reject) }).on('error', reject).end()
  })
}
