import t from 'tap'
import { ask, clientIn, commandsIn, portOf, run } from './running.js'

t.test('each route of the example lets in whom its policy names', async (t) => {
  const directory = t.testdir()
  const example = run(t, 'guards', directory)
  const port = await portOf(example)
  const cases: Array<[path: string, nobody: number, client: number, operator: number]> = [
    ['/', 401, 200, 200],
    ['/open', 200, 200, 200],
    ['/reports', 401, 403, 200],
    ['/orders', 401, 200, 403],
    ['/accounts/client', 401, 200, 200],
    ['/accounts/operator', 401, 403, 200],
    ['/internal/servers', 401, 403, 200],
    ['/internal/open', 401, 403, 200],
    ['/nowhere', 401, 404, 404]
  ]
  for (const [path, nobody, client, operator] of cases) {
    t.match(await ask(port, path, clientIn(directory)), { status: nobody }, `${path}, nobody`)
    t.match(await ask(port, path, clientIn(directory, 'client')), { status: client }, `${path}, client`)
    t.match(await ask(port, path, clientIn(directory, 'operator')), { status: operator }, `${path}, operator`)
  }
  t.equal((await ask(port, '/accounts/client', clientIn(directory, 'client'))).text, '{"caller":"client"}')
  t.equal((await ask(port, '/open', clientIn(directory))).text, '{"caller":null}')
  t.equal(commandsIn(example.output()).length, 4)
})
