import { join } from 'node:path'
import t from 'tap'
import { parts } from '../helpers/parts.js'
import { freePort } from '../helpers/walk.js'
import { behave, setScene, verdictsOf } from './behaviour.js'
import { configurationOf, writeFiles } from './guide.js'
import { startProxy } from './running.js'

const modules = ['mpm_event', 'authz_core', 'ssl', 'http2', 'headers', 'proxy', 'proxy_http']

// What Debian's own apache2.conf says around it, without its folders.
const around = (cwd: string, port: number): string => `
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
ServerRoot ${cwd}
DefaultRuntimeDir ${cwd}
PidFile apache.pid
${process.getuid?.() === 0 ? 'User www-data' : ''}
ErrorLog error.log
StartServers 1
Listen 127.0.0.1:${port}
Include application.conf
`

t.test('Apache, as the guide has it', { skip: parts.missing('apache2') }, async (t) => {
  const cwd = t.testdir()
  const scene = await setScene(t, 'Apache', async (cast, application) => {
    const port = await freePort()
    const configuration = configurationOf('Apache', 'apache', { cwd, port, application }, ['<VirtualHost *:443>', '<VirtualHost 127.0.0.1:PORT>'])
    writeFiles(cwd, cast, { 'apache2.conf': around(cwd, port), 'application.conf': configuration })
    await startProxy(t, port, 'apache2', ['-f', join(cwd, 'apache2.conf'), '-D', 'FOREGROUND'], { cwd })
    return port
  })
  // Apache itself ends the handshake with these, whatever it is told (mod_ssl, ssl_callback_SSLVerify).
  const exceptions = {
    'an expired certificate': { alert: 'CERTIFICATE_EXPIRED' },
    'a certificate that is not yet valid': { alert: 'BAD_CERTIFICATE' },
    'a certificate for servers': { alert: 'UNSUPPORTED_CERTIFICATE' }
  }
  t.test('its own verdict is none, as the guide warns: who is a stranger is let pass, and then it says SUCCESS of their resumed session', async (t) => {
    const strangers = ['a certificate by an authority of the same name', 'a certificate signed by itself, of the same name']
    t.strictSame(await verdictsOf(scene, { http: '1.1', tls: 'TLSv1.2', resumed: false }, strangers), ['GENEROUS', 'GENEROUS'])
    t.strictSame(await verdictsOf(scene, { http: '1.1', tls: 'TLSv1.2', resumed: true }, strangers), ['SUCCESS', 'SUCCESS'])
  })
  behave(t, scene, { exceptions, passes: 6000, tooLarge: 12_000, whenTooLarge: 431 })
})
