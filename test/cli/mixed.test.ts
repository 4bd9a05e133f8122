import t, { type Test } from 'tap'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { listen } from '../helpers/application.js'
import { mint, extendedKeyUsage } from '../helpers/mint.js'
import { extensionTypes, writeGeneralNames } from '../../lib/certificate/index.js'
import { parts } from '../helpers/parts.js'
import { runProgram } from '../clients/program.js'
import { hear } from './transcript.js'

// Each step of the walk is done by openssl or by this command, in every combination, and each ends in a client that gets in.
type By = 'openssl' | 'client-certificate'
const both: readonly By[] = ['openssl', 'client-certificate']

const password = 'password'
let serial = 1000

const openssl = async (cwd: string, line: string) => {
  const { end, stderr } = await runProgram('openssl', line.split(' '), { cwd })
  if (end !== 0) throw new Error(`openssl ${line}: ${stderr}`)
}

const command = async (cwd: string, line: string, env: Record<string, string> = {}) => {
  const { status, stderr } = await hear(line.split(' '), { cwd, now: new Date(), env })
  if (status !== 0) throw new Error(`client-certificate ${line}: ${stderr}`)
}

const makeAuthority: Record<By, (cwd: string) => Promise<void>> = {
  async openssl (cwd) {
    mkdirSync(join(cwd, 'ca', 'newcerts'), { recursive: true })
    writeFileSync(join(cwd, 'ca', 'index.txt'), '')
    await openssl(cwd, 'req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -x509 -days 3650 -subj /CN=Example -keyout ca/ca.key -out ca/ca.cer')
  },
  'client-certificate': async (cwd) => command(cwd, 'ca create --subject CN=Example --directory ca --no-passphrase')
}

const request: Record<By, (cwd: string, name: string) => Promise<void>> = {
  openssl: async (cwd, name) => openssl(cwd, `req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /O=Example/CN=${name} -keyout ${name}.key -out ${name}.req`),
  'client-certificate': async (cwd, name) => command(cwd, `request --subject CN=${name},O=Example --out ${name} --no-passphrase`)
}

const sign: Record<By, (cwd: string, name: string) => Promise<void>> = {
  openssl: async (cwd, name) => openssl(cwd, `x509 -req -in ${name}.req -CA ca/ca.cer -CAkey ca/ca.key -set_serial ${serial++} -days 365 -out ${name}.cer`),
  'client-certificate': async (cwd, name) => command(cwd, `sign ${name}.req --directory ca --out ${name}.cer`)
}

const pack: Record<By, (cwd: string, name: string) => Promise<void>> = {
  openssl: async (cwd, name) => openssl(cwd, `pkcs12 -export -inkey ${name}.key -in ${name}.cer -out ${name}.p12 -passout pass:${password}`),
  'client-certificate': async (cwd, name) => command(cwd, `pkcs12 ${name}.cer --key ${name}.key --out ${name}.p12`, { CLIENT_CERTIFICATE_PASSPHRASE: password })
}

/** A server that trusts the authority of the folder; it proves itself by a certificate of somebody else's. */
async function serve (t: Test, cwd: string): Promise<number> {
  const names = writeGeneralNames([{ type: 'iPAddress', value: '127.0.0.1' }])
  const server = mint({ subject: 'localhost', extensions: [extendedKeyUsage('serverAuth'), { type: extensionTypes.subjectAltName, critical: false, value: names }] })
  writeFileSync(join(cwd, 'server.cer'), server.pem)
  const { port } = await listen(t, { authority: server, server, client: server, stranger: server }, { options: { ca: readFileSync(join(cwd, 'ca', 'ca.cer')) } })
  return port
}

async function whoIs (cwd: string, port: number, name: string): Promise<string> {
  const { stdout, stderr } = await runProgram('curl', ['--silent', '--show-error', '--max-time', '600', '--cacert', 'server.cer', '--cert-type', 'P12', '--cert', `${name}.p12:${password}`, `https://127.0.0.1:${port}/guarded`], { cwd })
  return stdout || stderr
}

for (const authority of both) {
  t.test(`whoever asks, signs and packs, below an authority made by ${authority}`, { skip: parts.missing('openssl', 'curl') }, async (t) => {
    const cwd = t.testdir()
    await makeAuthority[authority](cwd)
    const port = await serve(t, cwd)
    for (const asks of both) {
      for (const signs of both) {
        for (const packs of both) {
          const name = [asks, signs, packs].map((by) => by[0]).join('')
          await request[asks](cwd, name)
          await sign[signs](cwd, name)
          await pack[packs](cwd, name)
          t.strictSame(await whoIs(cwd, port, name), JSON.stringify({ caller: name, error: null }), `request by ${asks}, certificate by ${signs}, PKCS #12 by ${packs}`)
        }
      }
    }
  })
}
