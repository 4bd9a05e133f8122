import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { hear, parse } from './transcript.js'

const guide = readFileSync(new URL('../../docs/certificate-authority.md', import.meta.url), 'utf8')
const blocks = (language: string) => [...guide.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(([, block]) => block)

const commands = blocks('sh').flatMap((block) => block.split('\n'))
  .filter((line) => line.startsWith('client-certificate '))
  .map((line) => line.replace(/ +# .*$/, ''))

const env = { CLIENT_CERTIFICATE_PASSPHRASE: 'geheim', CLIENT_CERTIFICATE_CA_PASSPHRASE: 'geheim', CLIENT_CERTIFICATE_KEY_PASSPHRASE: 'geheim' }

t.test('the owner\'s guide can be followed from its beginning to its end', async (t) => {
  const cwd = t.testdir({ 'people.csv': blocks('csv')[0] })
  // A serial number that is only hinted at, and directories that other programs made.
  for (const command of commands.filter((command) => !/…|demoCA|pki/.test(command))) {
    const { status, stderr } = await hear(parse(command).argv, { cwd, env })
    t.equal(status, command.includes('--at ') ? 1 : 0, `${command}\n${stderr}`)
  }
})

t.test('an authority without records gets them as the guide says', async (t) => {
  const cwd = t.testdir({})
  await hear(['ca', 'create', '--subject', 'CN=Example CA', '--directory', 'made', '--no-passphrase'], { cwd })
  mkdirSync(join(cwd, 'ca/newcerts'), { recursive: true })
  for (const name of ['ca.cer', 'ca.key']) writeFileSync(join(cwd, 'ca', name), readFileSync(join(cwd, 'made', name)))
  t.match(await hear(['list', '--directory', 'ca'], { cwd }), { status: 1, stderr: /^error: .*index\.txt/ })
  writeFileSync(join(cwd, 'ca/index.txt'), '')
  writeFileSync(join(cwd, 'ca/index.txt.attr'), 'unique_subject = no\n')
  for (const command of ['issue --directory ca --subject CN=alice --out alice --no-passphrase', 'renew alice.cer --directory ca', 'revoke alice.cer --directory ca', 'crl --directory ca', 'list --directory ca']) {
    const { status, stderr } = await hear(command.split(' '), { cwd })
    t.equal(status, 0, `${command}\n${stderr}`)
  }
})
