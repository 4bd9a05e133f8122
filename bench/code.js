// Which code a figure was measured on, so that no figure is shown that is older than the code on its path.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { transformSync } from 'esbuild'

const sideBySide = ['side-by-side', 'client', 'servers/plugin', 'servers/fastify', 'servers/hooks', 'servers/https', 'servers/by-hand', 'servers/express']

// Parts that are not in a file of their own name, or that start other processes.
const files = {
  servers: sideBySide,
  keptAlive: sideBySide,
  memory: sideBySide,
  certificateList: ['issuing'],
  strangers: ['strangers', 'strangers-client', 'servers/plugin', 'servers/strangers-plain'],
  forwardedStrangers: ['strangers', 'strangers-forwarded-client', 'servers/forwarded'],
  forwarded: ['forwarding', 'forwarding-client', 'servers/forwarded']
}

/**
 * A digest of the code that `part` measures and measures with: its files in `bench`, and whatever of `lib` they reach by
 * imports. Comments and types are left out. `root` is the folder of the package.
 */
export function codeOf (part, root) {
  const found = new Map()
  for (const file of files[part] ?? [part]) collect(`bench/${file}.js`, root, found)
  return createHash('sha256').update(JSON.stringify([...found].sort())).digest('base64url')
}

/** Whether the figures of `part` are of the code that is there now. */
export const isCurrent = ({ measured }, part, root) => measured?.[part]?.code === codeOf(part, root)

function collect (file, root, found) {
  if (found.has(file) || !existsSync(`${root}/${file}`)) return
  const code = withoutComments(readFileSync(`${root}/${file}`, 'utf8'), file)
  found.set(file, code)
  // Imports, and the files of processes and threads.
  for (const [, name] of code.matchAll(/['"](\.{1,2}\/[^'"]+\.js)['"]/g)) collect(sourceOf(posix.join(posix.dirname(file), name)), root, found)
}

// What is built from lib is measured as it is in dist.
const sourceOf = (file) => file.replace(/^dist\//, 'lib/').replace(/^(lib\/.*)\.js$/, '$1.ts')

const known = new Map()

const options = (fileName) => ({
  loader: fileName.endsWith('.ts') ? 'ts' : 'js', minifyWhitespace: true, legalComments: 'none', tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } }
})

function withoutComments (source, fileName) {
  if (!known.has(source)) known.set(source, transformSync(source, options(fileName)).code)
  return known.get(source)
}
