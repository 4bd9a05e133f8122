import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { runInNewContext } from 'node:vm'
import type { HeaderForwarding } from '../../lib/plugin/forwarding-options.js'
import { blocks } from '../helpers/walk.js'
import type { Cast } from './cast.js'

export const guide = 'docs/proxies.md'

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

/** A proxy's configuration as the guide has it, but for ports and folders, and for what `change` puts there. */
export function configurationOf (heading: string, language: string, { cwd, port, application }: Places, [line, own]: readonly [string, string], change = (configuration: string) => configuration): string {
  const configuration = replaceAll(blocks(guide, heading, language)[0], line, own.replace('PORT', String(port)))
  return replaceAll(change(configuration), folder, cwd).replaceAll(':3000', `:${application}`)
}

/** What should be replaced has to be there. */
export function replaceAll (text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`the configuration has no ${from}`)
  return text.replaceAll(from, to)
}

/** Options as they are written there; whatever secret the environment has. */
export const readForwarding = (text: string): HeaderForwarding => structuredClone(runInNewContext(`(${text})`, { process: { env: { PROXY_SECRET: 'a secret of the test' } } }))

/** The option `forwarding` that stands beside a configuration. */
export function forwardingOf (heading: string): HeaderForwarding {
  const [program] = blocks(guide, heading, 'js')
  const [, options] = /^ {2}forwarding: (\{.*\})$/m.exec(program)!
  return readForwarding(options)
}

/** The files that the configurations name, in a folder. */
export function writeFiles (cwd: string, { world: { server, authority } }: Cast, files: Readonly<Record<string, string>>): void {
  const all = { 'server.cer': server.pem, 'server.key': server.key, 'server.pem': server.pem + server.key, 'ca.cer': authority.pem, ...files }
  for (const [name, content] of Object.entries(all)) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true })
    writeFileSync(join(cwd, name), content)
  }
}
