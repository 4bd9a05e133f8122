import { readlink } from 'node:fs/promises'
import { join, parse, resolve, sep } from 'node:path'
import { withinTime } from '../files/index.js'

/** A name in a folder. */
export interface Place {
  /** Absolute, and free of symbolic links. */
  readonly folder: string
  readonly name: string
}

// As many as Linux follows (its MAXSYMLINKS).
const maxLinks = 40

/**
 * Where it can show that another file is behind an absolute path: at each symbolic link on the way, as `..data` of a
 * Kubernetes volume, and last at the file itself, which need not be there.
 */
export async function linkChain (path: string): Promise<Place[]> {
  const links: Place[] = []
  let { folder, names } = stepsOf(path)
  for (;;) {
    const [name, ...behind] = names
    const place = { folder, name }
    const target = links.length < maxLinks ? await targetOf(join(folder, name)) : undefined
    if (target !== undefined) {
      links.push(place)
      const next = stepsOf(resolve(folder, target))
      folder = next.folder
      names = [...next.names, ...behind]
    } else if (behind.length === 0) {
      return [...links, place]
    } else {
      folder = join(folder, name)
      names = behind
    }
  }
}

function stepsOf (path: string): { folder: string, names: string[] } {
  const { root } = parse(path)
  return { folder: root, names: path.slice(root.length).split(sep) }
}

/** Where a symbolic link leads; `undefined` where there is none, or nothing at all. */
async function targetOf (path: string): Promise<string | undefined> {
  try {
    return await withinTime(path, () => readlink(path))
  } catch {
    return undefined
  }
}
