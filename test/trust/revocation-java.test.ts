import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { writePem, type Certificate } from '../../lib/certificate/index.js'
import { runProgram } from '../clients/program.js'
import { parts } from '../helpers/parts.js'
import { cases, type Case } from './revocation-cases.js'
import { now } from './revocation-scene.js'

// Java compiles the program first, which takes seconds where other tests run beside it.
t.setTimeout(900_000)

// What Java may say otherwise, and why. It takes lists in no order, so it may say so in one run and not in the next.
const otherwise: Readonly<Record<string, readonly string[]>> = {
  'Java counts an entry from its revocationDate on': [
    'the revocation is dated tomorrow'
  ],
  'Java has no such option': [
    'no list of the CA, and that is accepted',
    'no list at all, and that is accepted',
    'a list that is over, and that is accepted',
    'a list that is over, within the grace period',
    'a list that is over, and what is not known is accepted',
    'a list without an end, and that is accepted',
    'a list whose number is critical, and that is accepted'
  ],
  'Java finds no entry where the list writes the name of the issuer in another case': [
    'the name in capitals'
  ],
  'Java takes the list of another key of that name that it finds first, and no other': [
    'the right list beside one of another CA of that name that revokes',
    'a newer list that is not genuine',
    'a list of another key that revokes'
  ],
  'Java hears older lists as well, or the one that it finds first': [
    'an older list that revokes',
    'an older list that does not revoke',
    'the number tells which is the older one, not the date',
    'of lists of one number the date tells',
    'lists without numbers, of which the date tells'
  ],
  'Java takes lists without a number': [
    'a list without a number'
  ],
  'Java looks at the entry of the certificate alone': [
    'an entry with an unknown critical extension'
  ],
  'Java takes removeFromCRL for a revocation': [
    'removeFromCRL in a complete list'
  ],
  'Java hears one list of a kind': [
    'each place has a list, and one revokes'
  ],
  'Java wants the bit of ReasonFlags that is not used, too': [
    'some reasons, and the others',
    'every reason by name',
    'some reasons of the certificate',
    'a list at two places, for other reasons each',
    'two places that one clerk signs'
  ],
  'Java does not assume the place that RFC 5280, section 6.3.3, assumes, where there is another': [
    'an indirect list, and the direct one is there too'
  ],
  'Java asks for the status of signers also where CAs need none': [
    'another key of the CA that is revoked, for the leaf alone'
  ],
  'Java lets a signer vouch for himself': [
    'another key of the CA, of which only its own list tells'
  ]
}

const passedOver = new Set(Object.values(otherwise).flat())

const pemOf = (certificates: readonly Certificate[]) => certificates.map(({ raw }) => writePem('CERTIFICATE', raw)).join('')

function writeCase (folder: string, { path, lists, certificates = [], options }: Case): void {
  mkdirSync(folder)
  writeFileSync(join(folder, 'path.pem'), pemOf(path.slice(0, -1)))
  writeFileSync(join(folder, 'root.pem'), pemOf(path.slice(-1)))
  writeFileSync(join(folder, 'others.pem'), pemOf(certificates))
  writeFileSync(join(folder, 'lists.pem'), lists.map(({ raw }) => writePem('X509 CRL', raw)).join(''))
  if (options?.depth === 'end-entity') writeFileSync(join(folder, 'end-entity'), '')
}

t.test('Java\'s CertPathValidator says the same of certificate lists', { skip: parts.missing('java', 'javac') }, async (t) => {
  const cwd = t.testdir()
  const entries = Object.entries(cases)
  for (const [index, [, each]] of entries.entries()) writeCase(join(cwd, String(index)), each)
  const program = fileURLToPath(new URL('Lists.java', import.meta.url))
  const { end, stdout, stderr } = await runProgram('java', ['-XX:TieredStopAtLevel=1', program, now.toISOString(), ...entries.keys()].map(String), { cwd, seconds: 600 })
  t.equal(end, 0, stderr)
  const verdicts = stdout.trimEnd().split('\n')
  t.equal(verdicts.length, entries.length)
  t.strictSame([...passedOver].filter((what) => !Object.hasOwn(cases, what)), [])
  for (const [index, [what, { verdict, lists }]] of entries.entries()) {
    // Java does not combine them, and may take one for the list itself.
    const hasDelta = lists.some(({ isDelta }) => isDelta)
    const isGood = verdict.startsWith('good')
    if (!hasDelta && !passedOver.has(what)) t.equal(verdicts[index] === 'good', isGood, `${what}: ${verdicts[index]}`)
  }
})
