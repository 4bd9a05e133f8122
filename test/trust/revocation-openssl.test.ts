import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { writePem, type Certificate, type CertificateList } from '../../lib/certificate/index.js'
import { parts } from '../helpers/parts.js'
import { cases, type Case } from './revocation-cases.js'
import { now } from './revocation-scene.js'

const pemOf = (certificates: readonly Certificate[]) => certificates.map(({ raw }) => writePem('CERTIFICATE', raw)).join('')
const listsPemOf = (lists: readonly CertificateList[]) => lists.map(({ raw }) => writePem('X509 CRL', raw)).join('')

/** What `openssl verify` says of the path and its lists: nothing where all is good. */
function problemOfOpenssl (cwd: string, { path, lists, certificates = [], options }: Case): string {
  const files = { 'leaf.pem': pemOf(path.slice(0, 1)), 'root.pem': pemOf(path.slice(-1)), 'others.pem': pemOf([...path.slice(1, -1), ...certificates]), 'lists.pem': listsPemOf(lists) }
  for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), content)
  const depth = options?.depth === 'end-entity' ? '-crl_check' : '-crl_check_all'
  // Trusted ones of `-trusted` are none for the path of whoever signed a list.
  const known = ['-no-CApath', '-no-CAstore', '-CAfile', 'root.pem', ...path.length + certificates.length > 2 ? ['-untrusted', 'others.pem'] : [], ...lists.length > 0 ? ['-CRLfile', 'lists.pem'] : []]
  const { stderr } = spawnSync('openssl', ['verify', depth, '-extended_crl', '-use_deltas', '-attime', String(now.getTime() / 1000), ...known, 'leaf.pem'], { cwd, encoding: 'utf8' })
  // Some faults of a signer's path it only tells, and goes on.
  return stderr
}

t.test('openssl verify says the same of certificate lists', { skip: parts.missing('openssl') }, async (t) => {
  const cwd = t.testdir()
  // Others may differ less.
  const isAsHere = spawnSync('openssl', ['version'], { encoding: 'utf8' }).stdout.startsWith('OpenSSL 3.0.')
  for (const [what, each] of Object.entries(cases)) {
    const problem = problemOfOpenssl(cwd, each)
    const isGood = each.verdict.startsWith('good')
    if (each.openssl === undefined) t.equal(problem === '', isGood, `${what}: ${problem}`)
    else if (isAsHere) t.not(problem === '', isGood, `${what}: ${each.openssl}`)
  }
})
