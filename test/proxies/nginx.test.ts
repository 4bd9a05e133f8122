import { join } from 'node:path'
import t from 'tap'
import { parts } from '../helpers/parts.js'
import { freePort } from '../helpers/walk.js'
import { behave, setScene } from './behaviour.js'
import { configurationOf, writeFiles } from './guide.js'
import { startProxy } from './running.js'

// What Debian's own nginx.conf says around it, without its folders, and in the foreground.
const around = (cwd: string): string => `
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 2;
pid nginx.pid;
error_log stderr error;
events { worker_connections 256; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(cwd, name)};`).join('\n  ')}
  include application.conf;
}
`

t.test('nginx, as the guide has it', { skip: parts.missing('nginx') }, async (t) => {
  const cwd = t.testdir()
  const scene = await setScene(t, 'nginx', async (cast, application) => {
    const port = await freePort()
    const configuration = configurationOf('nginx', 'nginx', { cwd, port, application }, ['listen 443 ', 'listen 127.0.0.1:PORT '])
    writeFiles(cwd, cast, { 'nginx.conf': around(cwd), 'application.conf': configuration })
    await startProxy(t, port, 'nginx', ['-p', cwd, '-c', join(cwd, 'nginx.conf'), '-e', 'stderr'], { cwd })
    return port
  })
  behave(t, scene, {
    // nginx knows the client's own certificate alone.
    exceptions: Object.fromEntries(['the intermediate', 'two intermediates'].map((what) => [`a certificate and ${what} above it`, { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' }])),
    trustworthy: true,
    passes: 6000,
    tooLarge: 12_000,
    whenTooLarge: 431
  })
})
