import { join } from 'node:path'
import t from 'tap'
import { parts } from '../helpers/parts.js'
import { freePort } from '../helpers/walk.js'
import { behave, setScene } from './behaviour.js'
import { configurationOf, writeFiles } from './guide.js'
import { startProxy } from './running.js'

t.test('HAProxy, as the guide has it', { skip: parts.missing('haproxy') }, async (t) => {
  const cwd = t.testdir()
  const scene = await setScene(t, 'HAProxy', async (cast, application) => {
    const port = await freePort()
    const configuration = configurationOf('HAProxy', 'haproxy', { cwd, port, application }, ['bind :443 ', 'bind 127.0.0.1:PORT '])
    writeFiles(cwd, cast, { 'haproxy.cfg': configuration })
    await startProxy(t, port, 'haproxy', ['-db', '-f', join(cwd, 'haproxy.cfg')], { cwd })
    return port
  })
  behave(t, scene, { trustworthy: true, passes: 11_000, tooLarge: 12_000, whenTooLarge: 431 })
})
