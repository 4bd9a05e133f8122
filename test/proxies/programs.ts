import { join } from 'node:path'
import type { Part } from '../helpers/parts.js'
import { freePort } from '../helpers/walk.js'
import type { Cast } from './cast.js'
import { configurationOf, writeFiles } from './guide.js'
import { startProxy, type Test } from './running.js'

/** Where the application is. */
interface Place { readonly cwd: string, readonly port: number }

/** How one proxy is run: its configuration is the guide's, and what stands around it is the least that a proxy starts with. */
export interface Program {
  readonly part: Part
  readonly heading: string
  /** Of the block of the guide. */
  readonly language: string
  /** The file for that block. */
  readonly file: string
  /** The line that says where to listen, and what to put there. */
  readonly listen: readonly [string, string]
  readonly around: (place: Place) => Readonly<Record<string, string>>
  readonly args: (cwd: string) => readonly string[]
  readonly env?: (cwd: string) => NodeJS.ProcessEnv
}

const isRoot = process.getuid?.() === 0

export const nginx: Program = {
  part: 'nginx',
  heading: 'nginx',
  language: 'nginx',
  file: 'application.conf',
  listen: ['listen 443 ', 'listen 127.0.0.1:PORT '],
  around: ({ cwd }) => ({
    'nginx.conf': `
${isRoot ? 'user root;' : ''}
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
  }),
  args: (cwd) => ['-p', cwd, '-c', join(cwd, 'nginx.conf'), '-e', 'stderr']
}

export const haproxy: Program = {
  part: 'haproxy',
  heading: 'HAProxy',
  language: 'haproxy',
  file: 'haproxy.cfg',
  listen: ['bind :443 ', 'bind 127.0.0.1:PORT '],
  around: () => ({}),
  args: (cwd) => ['-db', '-f', join(cwd, 'haproxy.cfg')]
}

const modules = ['mpm_event', 'authz_core', 'ssl', 'http2', 'headers', 'proxy', 'proxy_http']

export const apache: Program = {
  part: 'apache2',
  heading: 'Apache',
  language: 'apache',
  file: 'application.conf',
  listen: ['<VirtualHost *:443>', '<VirtualHost 127.0.0.1:PORT>'],
  around: ({ cwd, port }) => ({
    'apache2.conf': `
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
ServerRoot ${cwd}
DefaultRuntimeDir ${cwd}
PidFile apache.pid
${isRoot ? 'User www-data' : ''}
ErrorLog error.log
StartServers 1
Listen 127.0.0.1:${port}
Include application.conf
`
  }),
  args: (cwd) => ['-f', join(cwd, 'apache2.conf'), '-D', 'FOREGROUND']
}

export const caddy: Program = {
  part: 'caddy',
  heading: 'Caddy',
  language: 'caddyfile',
  file: 'application.caddyfile',
  listen: ['www.example.com {', 'https://localhost:PORT {'],
  // Nothing but the site itself is to listen.
  around: () => ({
    Caddyfile: `
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
  }),
  args: (cwd) => ['run', '--config', join(cwd, 'Caddyfile')],
  env: (cwd) => ({ HOME: cwd, XDG_DATA_HOME: cwd, XDG_CONFIG_HOME: cwd })
}

interface TestWithFolder extends Test { testdir (): string }

/** Runs a proxy as the guide has it, in front of the application at this port; `change` is for what the guide says to write instead. */
export async function runProgram (t: TestWithFolder, program: Program, cast: Cast, application: number, change?: (configuration: string) => string, files: Readonly<Record<string, string>> = {}): Promise<number> {
  const { heading, language, file, listen, around, args, env, part } = program
  const cwd = t.testdir()
  const port = await freePort()
  const place = { cwd, port }
  writeFiles(cwd, cast, { ...files, ...around(place), [file]: configurationOf(heading, language, { ...place, application }, listen, change) })
  await startProxy(t, port, part, args(cwd), { cwd, env: env?.(cwd) })
  return port
}
