import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Things outside this package that a test may need, and that not every machine has. */
export type Part = 'openssl' | 'curl' | 'java' | 'javac' | 'keytool' | 'chromium' | 'certutil' | 'pk12util' | 'certtool' | 'easyrsa' | 'nginx' | 'haproxy' | 'apache2' | 'caddy' | 'mkfifo' | 'vectors'

/** The folder of test cases that others wrote, beside the checkout. */
export const vectorsFolder = fileURLToPath(new URL('../../../shared/vectors', import.meta.url))

/** The program of easy-rsa 3. */
export const easyRsa = '/usr/share/easy-rsa/easyrsa'

// Debian puts them where the PATH of root alone looks.
const servers: ReadonlySet<Part> = new Set(['nginx', 'haproxy', 'apache2', 'caddy'])

export const parts = {
  /** False where every part is there, else why the test is skipped. With `REQUIRE_ALL_PARTS=1` an absent part is an error. */
  missing (...wanted: Part[]): string | false {
    const absent = wanted.filter((part) => !isThere(part))
    if (absent.length === 0) return false
    const reason = `needs ${absent.join(', ')}`
    if (process.env.REQUIRE_ALL_PARTS === '1') throw new Error(`a test ${reason}`)
    return reason
  }
}

function isThere (part: Part): boolean {
  if (part === 'vectors') return existsSync(join(vectorsFolder, 'README.md'))
  // Debian puts it where no PATH looks.
  if (part === 'easyrsa') return isExecutable(easyRsa)
  return [...(process.env.PATH ?? '').split(delimiter), ...(servers.has(part) ? ['/usr/sbin'] : [])].some((folder) => isExecutable(join(folder, part)))
}

function isExecutable (path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
