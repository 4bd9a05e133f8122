import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { runInNewContext } from 'node:vm'
import type { HeaderForwarding } from '../../lib/plugin/forwarding-options.js'
import { blocks } from '../helpers/walk.js'
import type { Cast } from './cast.js'

const guide = 'docs/proxies.md'

/** The folder that the guide keeps keys and certificates in. */
const folder = '/etc/application'

interface Places {
  /** A folder of the test's. */
  readonly cwd: string
  /** Where the proxy listens. */
  readonly port: number
  /** Where the application listens. */
  readonly application: number
}

/** A proxy's configuration as the guide has it, but for ports and folders. What should be replaced has to be there. */
export function configurationOf (heading: string, language: string, { cwd, port, application }: Places, listen: readonly [string, string]): string {
  const [configuration] = blocks(guide, heading, language)
  return [
    [folder, cwd],
    ['127.0.0.1:3000', `127.0.0.1:${application}`],
    [listen[0], listen[1].replace('PORT', String(port))]
  ].reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the configuration of ${heading} has no ${from}`)
    return text.replaceAll(from, to)
  }, configuration)
}

/** The option `forwarding` that stands beside it. */
export function forwardingOf (heading: string): HeaderForwarding {
  const [program] = blocks(guide, heading, 'js')
  const [, options] = /^ {2}forwarding: (\{[^]*?\})\n/m.exec(program)!
  return { ...runInNewContext(`(${options})`) }
}

/** The files that the configurations name, in a folder. */
export function writeFiles (cwd: string, { world: { server, authority } }: Cast, files: Readonly<Record<string, string>>): void {
  const all = { 'server.cer': server.pem, 'server.key': server.key, 'server.pem': server.pem + server.key, 'ca.cer': authority.pem, ...files }
  for (const [name, content] of Object.entries(all)) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true })
    writeFileSync(join(cwd, name), content)
  }
}
