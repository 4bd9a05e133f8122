import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createAuthority, openAuthority, type Authority, type IssueOptions } from '../lib/authority/index.js'
import { completeSample, type Sample, type Start } from './sample-certificates/complete-sample.js'
import { LeftAlone, orLeftAlone } from './sample-certificates/left-alone.js'
import { SampleFiles } from './sample-certificates/sample-files.js'

export { samplePassword } from './sample-certificates/complete-sample.js'

const leaves: ReadonlyArray<{ name: string, request: Pick<IssueOptions, 'profile' | 'subject' | 'subjectAltName'> }> = [
  {
    name: 'server',
    request: {
      profile: 'server',
      subject: 'CN=localhost',
      subjectAltName: [{ type: 'dNSName', value: 'localhost' }, { type: 'iPAddress', value: '127.0.0.1' }, { type: 'iPAddress', value: '::1' }]
    }
  },
  { name: 'client', request: { profile: 'client', subject: 'CN=client' } },
  { name: 'operator', request: { profile: 'client', subject: 'CN=operator,OU=Operations' } }
]

/**
 * Makes what is missing of the sample certificates in a folder: an authority (`ca`), a server (`server`: localhost,
 * 127.0.0.1, ::1), a client (`client`) and an operator (`operator`), each as `.key`, `.cer` and `.p12`.
 *
 * What is there stays. Only the certificate of a sample that was made here and has ended, or ends within a day after
 * `now`, is renewed: its key stays, and its `.cer` and `.p12` are replaced. `log` is told, in a line for each sample, what
 * was made and until when it is valid, or what could not be made and why; where all is there already, nothing.
 */
export async function makeSampleCertificates (directory: string, now: Date, log: (line: string) => void): Promise<void> {
  await mkdir(directory, { recursive: true })
  const start = { now, log }
  const authority = await sampleAuthority(directory, start)
  const refusals: LeftAlone[] = []
  for (const { name, request } of leaves) {
    const files = new SampleFiles(directory, name)
    const found = await caught(() => completeSample(files, leafSample(files, request, authority, now), start))
    if (found instanceof LeftAlone) refusals.push(found)
  }
  for (const { message } of refusals) log(message)
  const hint = refusals.find((refusal) => refusal.hint !== undefined)?.hint
  if (hint !== undefined) log(`hint: ${hint}`)
}

async function sampleAuthority (directory: string, start: Start): Promise<Authority | LeftAlone> {
  const create = { subject: 'CN=Sample CA,O=fastify-client-certificate', at: start.now, days: 3650, pathLength: 0 }
  return await caught(async () => {
    const files = new SampleFiles(directory, 'ca')
    const sign: Sample['sign'] = async (privateKey) => (await createAuthority({ ...create, privateKey })).certificate
    const pair = await completeSample(files, { sign }, start)
    return await orLeftAlone(files.path('.cer'), () => openAuthority(pair))
  })
}

function leafSample (files: SampleFiles, request: (typeof leaves)[number]['request'], authority: Authority | LeftAlone, now: Date): Sample {
  if (authority instanceof LeftAlone) {
    return { sign: new LeftAlone(`${files.path('.cer')} cannot be signed: ${authority.message}`, { hint: hintFor(files.directory), cause: authority }) }
  }
  const sign: Sample['sign'] = async (privateKey) => (await authority.issue({ ...request, privateKey, at: now, days: 365, whenPastEnd: 'cut' })).certificate
  return { issuer: authority.certificate, sign }
}

const hintFor = (directory: string) =>
  `to have the samples made, put the private key of your authority into ${join(directory, 'ca.key')}, not encrypted, and its certificate into ca.cer; ` +
  'or move all ca.* away, and a sample authority is made (CLIENT_CA_FILE tells the server where your own is)'

async function caught <Value> (act: () => Promise<Value>): Promise<Value | LeftAlone> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof LeftAlone) return error
    throw error
  }
}
