import { X509Certificate, type KeyObject } from 'node:crypto'
import { basename } from 'node:path'
import { generatePrivateKey } from '../../lib/authority/index.js'
import { isKeyOf, readCertificates, readPkcs12, readPrivateKey, writePem, writePkcs12, writePrivateKey, type Certificate } from '../../lib/certificate/index.js'
import { LeftAlone, orLeftAlone } from './left-alone.js'
import { SampleFiles } from './sample-files.js'

/** The password of every sample `.p12`. */
export const samplePassword = 'password'

/** What goes into three files, and who signs it. */
export interface Sample {
  /** The certificate of who signs it; absent for an authority, which signs itself, and where nobody can sign. */
  readonly issuer?: Certificate
  /** Signs a certificate for its key, or tells why nobody can. */
  readonly sign: ((privateKey: KeyObject) => Promise<Certificate>) | LeftAlone
}

export interface Pair {
  readonly privateKey: KeyObject
  readonly certificate: Certificate
}

/** Now, and whom to tell. */
export interface Start {
  readonly now: Date
  readonly log: (line: string) => void
}

const day = 24 * 60 * 60 * 1000

/**
 * Writes those of a sample's files that are not there, and renews its certificate where it was made here and ends within
 * a day. Safe beside other processes that do the same: whoever comes second goes on with what the first one wrote.
 * @throws LeftAlone: what is there does not allow it
 */
export async function completeSample (files: SampleFiles, sample: Sample, start: Start): Promise<Pair> {
  const privateKey = await keyOf(files, sample)
  const found = await certificateOf(files, sample, privateKey)
  const endsSoon = found.validity.notAfter.getTime() - start.now.getTime() < day
  const certificate = endsSoon ? await renew(files, sample, { privateKey, certificate: found }, start) : found
  if (!await files.has('.p12')) await files.add('.p12', await keyStore(files, sample, { privateKey, certificate }))
  if (files.added.length > 0) start.log(`made ${files.list(files.added)} for ${certificate.subject}, valid until ${dateOf(certificate)}`)
  if (sample.issuer !== undefined && !isSignedBy(certificate, sample.issuer)) {
    start.log(`${files.path('.cer')} was not signed by ca.cer, and stays: delete ${files.list()} to have them made anew`)
  }
  return { privateKey, certificate }
}

async function keyOf (files: SampleFiles, sample: Sample): Promise<KeyObject> {
  // The key is written first, and so looked for last: another start that is under way is not taken for a lost key.
  const hasCertificate = await files.has('.cer')
  const hasStore = await files.has('.p12')
  if (await files.has('.key')) return await files.read('.key', (content) => readPrivateKey(content))
  if (hasCertificate || hasStore) throw new LeftAlone(`${files.path(hasCertificate ? '.cer' : '.p12')} is there without ${basename(files.path('.key'))}`)
  if (sample.sign instanceof LeftAlone) throw sample.sign
  await files.add('.key', writePrivateKey(await generatePrivateKey()))
  return await files.read('.key', (content) => readPrivateKey(content))
}

async function certificateOf (files: SampleFiles, sample: Sample, privateKey: KeyObject): Promise<Certificate> {
  if (!await files.has('.cer')) await files.add('.cer', pem(await signed(files, sample, privateKey)))
  const [certificate] = await files.read('.cer', readCertificates)
  if (!isKeyOf(privateKey, certificate)) throw new LeftAlone(`${files.path('.key')} is not the key of ${basename(files.path('.cer'))}`)
  return certificate
}

async function signed (files: SampleFiles, { sign }: Sample, privateKey: KeyObject): Promise<Certificate> {
  if (sign instanceof LeftAlone) throw sign
  return await orLeftAlone(`${files.path('.cer')} cannot be signed`, () => sign(privateKey))
}

async function renew (files: SampleFiles, sample: Sample, { privateKey, certificate }: Pair, { log }: Start): Promise<Certificate> {
  const fresh = await signed(files, sample, privateKey)
  // Where the authority itself ends.
  if (fresh.validity.notAfter <= certificate.validity.notAfter) return certificate
  if (!isOurs(certificate, fresh, sample)) {
    log(`${files.path('.cer')} is valid until ${dateOf(certificate)} only; it was not made here, and stays`)
    return certificate
  }
  // The store goes first: were this the last that is done, the certificate would still be seen to end.
  if (await holdsOurs(files, fresh, sample)) await files.replace('.p12', await keyStore(files, sample, { privateKey, certificate: fresh }))
  await files.replace('.cer', pem(fresh))
  log(`renewed ${files.list(files.replaced)} for ${fresh.subject}, valid until ${dateOf(fresh)} (the old one until ${dateOf(certificate)})`)
  return fresh
}

/** Whether a certificate is what would be signed again here, but for its dates and its serial number. */
function isOurs (certificate: Certificate, fresh: Certificate, sample: Sample): boolean {
  const content = ({ subject, subjectPublicKeyInfo, extensions }: Certificate) => JSON.stringify([subject.raw, subjectPublicKeyInfo, extensions])
  return content(certificate) === content(fresh) && isSignedBy(certificate, sample.issuer ?? fresh)
}

async function holdsOurs (files: SampleFiles, fresh: Certificate, sample: Sample): Promise<boolean> {
  if (!await files.has('.p12')) return false
  try {
    const { certificate } = await files.read('.p12', (content) => readPkcs12(content, samplePassword))
    return certificate !== undefined && isOurs(certificate, fresh, sample)
  } catch (error) {
    // Under another password it is the owner's.
    if (error instanceof LeftAlone) return false
    throw error
  }
}

const isSignedBy = (certificate: Certificate, issuer: Certificate): boolean =>
  certificate.issuer.equals(issuer.subject) && new X509Certificate(certificate.raw).verify(issuer.publicKey)

const keyStore = (files: SampleFiles, { issuer }: Sample, { privateKey, certificate }: Pair): Promise<Buffer> => writePkcs12({
  privateKey,
  certificate,
  chain: issuer !== undefined && isSignedBy(certificate, issuer) ? [issuer] : [],
  passphrase: samplePassword,
  // Everyone knows the password: more would protect nothing, and make the start slow.
  iterations: 2048,
  friendlyName: files.name
})

const pem = (certificate: Certificate): string => writePem('CERTIFICATE', certificate.raw)

const dateOf = ({ validity }: Certificate): string => validity.notAfter.toISOString().slice(0, 10)
