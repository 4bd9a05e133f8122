import { join } from 'node:path'
import t from 'tap'
import { parts } from '../helpers/parts.js'
import { freePort } from '../helpers/walk.js'
import { behave, setScene } from './behaviour.js'
import { configurationOf, writeFiles } from './guide.js'
import { startProxy } from './running.js'

// Nothing but the site itself is to listen, or to be written elsewhere.
const around = `
{
  admin off
  auto_https disable_redirects
  default_bind 127.0.0.1
  log {
    level ERROR
  }
}
import application.caddyfile
`

t.test('Caddy, as the guide has it', { skip: parts.missing('caddy') }, async (t) => {
  const cwd = t.testdir()
  const scene = await setScene(t, 'Caddy', async (cast, application) => {
    const port = await freePort()
    const configuration = configurationOf('Caddy', 'caddyfile', { cwd, port, application }, ['www.example.com {', 'https://localhost:PORT {'])
    writeFiles(cwd, cast, { Caddyfile: around, 'application.caddyfile': configuration })
    await startProxy(t, port, 'caddy', ['run', '--config', join(cwd, 'Caddyfile')], { cwd, env: { HOME: cwd, XDG_DATA_HOME: cwd, XDG_CONFIG_HOME: cwd } })
    return port
  })
  behave(t, scene, {
    // Caddy tells of the client's own certificate alone.
    exceptions: Object.fromEntries(['the intermediate', 'two intermediates'].map((what) => [`a certificate and ${what} above it`, { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' }])),
    passes: 6000,
    tooLarge: 12_000,
    whenTooLarge: 431
  })
})
