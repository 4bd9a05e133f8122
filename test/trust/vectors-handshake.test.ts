import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { CertificateError, CertificationPathError, OptionError } from '../../lib/errors.js'
import { verifyCertificationPath } from '../../lib/trust/index.js'
import { call, listen, makeWorld } from '../helpers/application.js'
import type { Minted } from '../helpers/mint.js'
import { parts, vectorsFolder } from '../helpers/parts.js'

/** A case of x509-limbo; those with a key can be shown in a handshake. */
interface Case {
  readonly id: string
  readonly trusted_certs: readonly string[]
  readonly untrusted_intermediates: readonly string[]
  readonly peer_certificate: string
  readonly peer_certificate_key: string | null
}

const world = makeWorld()

/** What the function says, asked as the plugin asks it: `good`, or the rule that was broken. */
function verdictOf ({ peer_certificate: certificate, untrusted_intermediates: intermediates, trusted_certs: trustAnchors }: Case): string {
  try {
    verifyCertificationPath({ certificate, intermediates, trustAnchors, at: new Date(), purpose: 'clientAuth' })
    return 'good'
  } catch (error) {
    if (error instanceof CertificationPathError) return error.rule
    if (error instanceof CertificateError) return 'UNREADABLE'
    throw error
  }
}

/** What the application says to the same client: `good`, or why not; `not started` or `not shown` where there is no handshake. */
async function answerTo (t: Parameters<typeof listen>[0], each: Case): Promise<string> {
  const { trusted_certs: ca, peer_certificate: pem, peer_certificate_key: key, untrusted_intermediates: chain } = each
  let port: number
  try {
    port = (await listen(t, world, { options: { ca: ca.join('\n'), whenNotConforming: 'reject' } })).port
  } catch (error) {
    if (error instanceof OptionError) return 'not started'
    throw error
  }
  try {
    const client = { pem, key } as Minted
    const { status, body } = await call(world, port, '/guarded', { client, chain: chain.map((pem) => ({ pem }) as Minted) })
    return status === 200 ? 'good' : String(body.code)
  } catch (error) {
    // OpenSSL does not let a client show what it cannot read itself, and gives up on some that it is shown.
    if (/^(?:ERR_OSSL_|ERR_SSL_|ECONNRESET$)/.test((error as NodeJS.ErrnoException).code ?? '')) return 'not shown'
    throw error
  }
}

// There is no way to sign a handshake with these keys, and so their owners show no certificate.
const unusable = ['webpki::forbidden-p192-leaf', 'webpki::forbidden-dsa-leaf']

t.test('x509-limbo in real handshakes: the application lets in whom the function accepts', { skip: parts.missing('vectors') }, async (t) => {
  const cases: Case[] = JSON.parse(readFileSync(join(vectorsFolder, 'limbo/client.json'), 'utf8')).testcases
  const counts = { good: 0, refused: 0, 'not started': 0, 'not shown': 0 }
  for (const each of cases.filter(({ id, peer_certificate_key: key }) => key !== null && !unusable.includes(id))) {
    await t.test(each.id, async (t) => {
      const verdict = verdictOf(each)
      const answer = await answerTo(t, each)
      t.equal(answer === 'good', verdict === 'good', `${verdict} by the function, ${answer} by the application`)
      counts[Object.hasOwn(counts, answer) ? answer as keyof typeof counts : 'refused']++
    })
  }
  t.comment(JSON.stringify(counts))
  t.ok(counts.good > 80 && counts.refused > 80, 'most are shown')
})
