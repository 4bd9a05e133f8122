import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parts } from '../helpers/parts.js'
import { ask, commandsIn, portOf, run } from './running.js'

t.test('each authority counts where the example says, and nowhere else', async (t) => {
  const directory = t.testdir()
  const example = run(t, 'trust-profiles', directory)
  const port = await portOf(example)
  const read = (name: string) => readFileSync(join(directory, 'certs/trust-profiles', name))
  const askAs = (name: string, path: string, servername = 'localhost', host = servername) =>
    ask(port, path, { ca: read('ca-staff.cer'), cert: read(`${name}.cer`), key: read(`${name}.key`), servername }, { host: `${host}:${port}` })

  const cases: Array<[path: string, ann: number, sensor: number, partner: number]> = [
    ['/', 200, 401, 401],
    ['/measurements', 401, 200, 401],
    ['/time', 200, 200, 401],
    ['/deliveries', 421, 421, 421]
  ]
  for (const [path, ann, sensor, partner] of cases) {
    for (const [name, status] of Object.entries({ ann, sensor, partner })) t.equal((await askAs(name, path)).status, status, `${path}, ${name}`)
  }

  const host = 'partners.localhost'
  t.match(await askAs('partner', '/', host), { status: 200, text: '"authority":"CA for partners"' })
  t.match(await askAs('partner', '/deliveries', host), { status: 200 })
  t.match(await askAs('ann', '/', host), { status: 401, text: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' }, 'staff is nobody there')
  t.match(await askAs('partner', '/measurements', host), { status: 421, text: 'FST_CLIENT_CERTIFICATE_MISDIRECTED' }, 'the route of devices is not there')
  t.match(await askAs('partner', '/', 'localhost', host), { status: 421 }, 'one name by SNI, the other by Host')
  t.match(await askAs('partner', '/', host, 'localhost'), { status: 421 }, 'and the other way round')

  t.equal(commandsIn(example.output()).length, 8)
  await t.test('the printed commands work as printed', { skip: parts.missing('curl') }, async (t) => {
    const statuses = commandsIn(example.output()).map((command) =>
      Number(execFileSync('sh', ['-c', `${command} --silent --show-error --output answer --write-out '%{http_code}'`], { cwd: directory, encoding: 'utf8' })))
    t.strictSame(statuses, [200, 401, 200, 200, 200, 200, 421, 421])
  })
})
