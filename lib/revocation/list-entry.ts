import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Stands in the text of the worker's file, and is what the worker is started with: it serves nobody else. */
export const workerMark = 'fastify-client-certificate/list-worker'

/**
 * The file of the worker beside the module `from`. In a bundle, `from` is the bundle, and a thread that starts with it
 * would start the whole application again. So the file must be another one, and must contain the mark of the worker.
 * @param from the `import.meta.url` of a module beside the worker; bundles in CommonJS have none
 * @throws Error no thread may be started, and why
 */
export function workerBeside (from: string | undefined, isMainThread: boolean): URL {
  if (!isMainThread) throw new Error('this is a worker thread itself')
  if (from === undefined) throw new Error(`the code is in a bundle that does not know its own file (${guide})`)
  const entry = new URL('./list-worker.js', from)
  const file = fileURLToPath(entry)
  if (entry.href === from || !isWorker(file)) {
    throw new Error(`${file} is not the worker of fastify-client-certificate (${guide})`)
  }
  return entry
}

const guide = 'docs/bundling.md'

function isWorker (file: string): boolean {
  try {
    return readFileSync(file, 'utf8').includes(workerMark)
  } catch (cause) {
    throw new Error(`${file} cannot be read (${guide})`, { cause })
  }
}
