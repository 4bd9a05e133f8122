import t from 'tap'
import { ask, clientIn, commandsIn, portOf, run } from './running.js'

t.test('the example takes its options from its file', async (t) => {
  const directory = t.testdir()
  const example = run(t, 'environment', directory)
  const port = await portOf(example)
  t.match(await ask(port, '/', clientIn(directory, 'client')), { status: 200, text: '{"caller":"client","mode":"optional"}' })
  t.match(await ask(port, '/', clientIn(directory)), { status: 401 })
  t.strictSame(commandsIn(example.output()), [`curl --cacert certs/ca.cer --cert certs/client.cer --key certs/client.key https://localhost:${port}/`])
})

t.test('the environment outranks the file', async (t) => {
  const directory = t.testdir()
  const port = await portOf(run(t, 'environment', directory, { CLIENT_CERTIFICATE_MODE: 'required' }))
  t.match(await ask(port, '/', clientIn(directory, 'client')), { text: '{"caller":"client","mode":"required"}' })
  await t.rejects(ask(port, '/', clientIn(directory)), { code: 'ECONNRESET' })
})
