import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { connect, type ClientHttp2Session } from 'node:http2'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { parts } from '../helpers/parts.js'
import { ask, clientIn, commandsIn, portOf, run } from './running.js'

t.test('the example knows its caller', async (t) => {
  const directory = t.testdir()
  const example = run(t, 'http2', directory)
  const port = await portOf(example)

  t.test('on each request of a session of HTTP/2', async (t) => {
    const session = connect(`https://localhost:${port}`, clientIn(directory, 'client'))
    t.teardown(() => session.destroy())
    const answer = '{"caller":"client","httpVersion":"2.0"}'
    t.strictSame(await Promise.all([askHttp2(session), askHttp2(session)]), [[200, answer], [200, answer]])
  })

  t.test('refuses a session without one', async (t) => {
    const session = connect(`https://localhost:${port}`, clientIn(directory))
    t.teardown(() => session.destroy())
    t.match(await askHttp2(session), [401, /FST_CLIENT_CERTIFICATE_MISSING/])
  })

  t.test('over HTTP/1', async (t) => {
    t.match(await ask(port, '/', clientIn(directory, 'client')), { status: 200, text: '{"caller":"client","httpVersion":"1.1"}' })
  })

  t.test('the printed commands work as printed', { skip: parts.missing('curl') }, async (t) => {
    const answers = commandsIn(example.output()).map((command) =>
      execFileSync('sh', ['-c', `${command} --silent --show-error`], { cwd: directory, encoding: 'utf8' }))
    t.strictSame(answers, ['{"caller":"client","httpVersion":"2.0"}'.repeat(2), '{"caller":"client","httpVersion":"1.1"}'])
  })
})

async function askHttp2 (session: ClientHttp2Session): Promise<[number | undefined, string]> {
  const stream = session.request({ ':path': '/' })
  const [headers] = await once(stream, 'response')
  return [headers[':status'], await text(stream)]
}
