import { malformed } from './forwarded-certificate.js'
import { readBase64Certificate } from './octets.js'

const begin = '-----BEGIN CERTIFICATE-----'
const end = '-----END CERTIFICATE-----'

/**
 * The certificates of a PEM text, in order: at least one. Where lines break does not matter, for some proxies put spaces in the
 * place of line breaks, or nothing.
 * @throws ForwardedCertificateError anything else stands there, also behind the last certificate, or one is damaged
 */
export function readPemCertificates (text: string): Buffer[] {
  const blocks = text.split(end)
  if (blocks.pop()!.trim() !== '' || blocks.length === 0) throw malformed('what should be PEM is not, or has no end')
  return blocks.map((block) => {
    const trimmed = block.trimStart()
    if (!trimmed.startsWith(begin)) throw malformed('what should be PEM has no beginning')
    return readBase64Certificate(trimmed.slice(begin.length).replace(/\s+/g, ''))
  })
}
