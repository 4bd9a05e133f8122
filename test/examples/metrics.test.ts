import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { once } from 'node:events'
import t from 'tap'
import { ask, clientIn, commandsIn, portOf, run } from './running.js'

t.test('Prometheus is told of refusals, reloads, and what runs out', async (t) => {
  const directory = t.testdir()
  const example = run(t, 'metrics', directory)
  const port = await portOf(example)
  const metrics = async () => (await ask(port, '/metrics', clientIn(directory, 'operator'))).text

  t.match(await ask(port, '/', clientIn(directory)), { status: 401 })
  t.match(await ask(port, '/metrics', clientIn(directory, 'client')), { status: 403 })
  await once(connect(port).end('GET / HTTP/1.1\r\n\r\n').resume(), 'close')

  const idle = connectTls({ port, host: 'localhost', servername: 'localhost', ...clientIn(directory, 'client') })
  t.teardown(() => idle.destroy())
  await once(idle, 'secureConnect')

  const text = await metrics()
  t.match(text, 'client_certificate_refusals_total{kind="request",code="FST_CLIENT_CERTIFICATE_MISSING"} 1\n')
  t.match(text, 'client_certificate_refusals_total{kind="request",code="FST_CLIENT_CERTIFICATE_FORBIDDEN"} 1\n')
  t.match(text, /client_certificate_refusals_total\{kind="handshake",code="ERR_SSL_\w+"\} 1\n/)
  t.match(text, 'client_certificate_connections{days="365"} 2\n', 'the idle one, and the one that asks')
  t.match(text, 'client_certificate_connections{days="none"} 0\n')
  const [, days] = text.match(/^server_certificate_days_left (\S+)$/m) ?? []
  t.ok(Number(days) > 364 && Number(days) <= 365, days)

  t.test('a broken file is counted as a reload that was refused', async () => {
    const ca = join(directory, 'certs/ca.cer')
    const good = readFileSync(ca)
    const client = clientIn(directory, 'operator')
    writeFileSync(ca, 'broken')
    await seen(async () => (await ask(port, '/metrics', client)).text, 'client_certificate_reloads_total{result="refused"} 1\n')
    writeFileSync(ca, good)
    await seen(async () => (await ask(port, '/metrics', client)).text, 'client_certificate_reloads_total{result="same"} 1\n')
  })
  t.equal(commandsIn(example.output()).length, 3)
})

/** Asks again and again, for what a change of a file brings. */
async function seen (read: () => Promise<string>, wanted: string): Promise<void> {
  while (!(await read()).includes(wanted)) await new Promise((resolve) => setTimeout(resolve, 100))
}
