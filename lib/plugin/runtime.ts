import { RuntimeError } from '../errors.js'

/**
 * Bun has the interface of Node's TLS without all that the plugin stands on: a server of HTTP/2 asks no client for a certificate.
 * @throws RuntimeError
 */
export function checkRuntime ({ bun }: NodeJS.ProcessVersions): void {
  if (bun !== undefined) throw new RuntimeError(`Bun ${bun}`)
}
