import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { AuthorityError } from '../errors.js'
import { readCertificates, writePem, type Certificate } from '../certificate/index.js'
import type { DirectoryLayout } from './directory-layout.js'
import { readIfThere, syncFolder, writeDurably } from './durable-file.js'

/** The certificate of a serial number, from the first of its files that is there. */
export async function readCertificateFile ({ files }: DirectoryLayout, serialNumber: string): Promise<Certificate | undefined> {
  for (const file of files(serialNumber)) {
    const content = await readIfThere(file)
    if (content !== undefined) return certificateIn(content, serialNumber, file)
  }
  return undefined
}

function certificateIn (content: Uint8Array, serialNumber: string, file: string): Certificate {
  const certificate = readAll(content, file).find((each) => each.serialNumber === serialNumber)
  if (certificate === undefined) throw new AuthorityError(`${file} does not hold the certificate of its serial number`)
  return certificate
}

function readAll (content: Uint8Array, file: string): Certificate[] {
  try {
    return readCertificates(content)
  } catch (cause) {
    throw new AuthorityError(`${file} cannot be read as a certificate`, cause)
  }
}

/** Writes a certificate to all its files. One that is there already has to be of the same certificate. */
export async function writeCertificateFiles ({ directory, folders, newFiles }: DirectoryLayout, certificate: Certificate): Promise<void> {
  for (const folder of folders) {
    if (await mkdir(folder, { recursive: true }) !== undefined) await syncFolder(directory)
  }
  for (const file of newFiles(certificate.serialNumber)) {
    const content = await readIfThere(file)
    const isOther = content !== undefined && !certificateIn(content, certificate.serialNumber, file).raw.equals(certificate.raw)
    if (isOther) throw new AuthorityError(`${file} is there already, with another certificate of this serial number`)
    await writeDurably(file, writePem('CERTIFICATE', certificate.raw))
  }
}

/** The subject in the certificate of a serial number, in RFC 4514 form; `undefined` where none of its files can be read. */
export function readSubject ({ files }: DirectoryLayout, serialNumber: string): string | undefined {
  for (const file of files(serialNumber)) {
    try {
      return certificateIn(readFileSync(file), serialNumber, file).subject.toString()
    } catch {
      // There is the name in the index for that, and `certificate` tells what is wrong.
    }
  }
  return undefined
}
