import { AuthorityError } from '../errors.js'
import type { Certificate } from '../certificate/index.js'
import { readCertificateFile, readSubject, writeCertificateFiles } from './certificate-files.js'
import { createDirectory, layoutOf } from './create-directory.js'
import type { DirectoryLayout } from './directory-layout.js'
import { readIfThere } from './durable-file.js'
import { IndexFile } from './index-file.js'
import { withLock } from './lock.js'
import { readNumber, writeNumber } from './number-file.js'
import { isSilentLine, isTornLine, readIndexLine, reviseIndexLine, writeIndexLine, type IndexEntry } from './openssl-index.js'
import type { IndexText } from './openssl-index-text.js'
import { readOneLine } from './openssl-name.js'
import { sameRevocation } from './openssl-revocation.js'
import { keptRevocation, knownSerialNumber, unknownSerialNumber } from './store-entry.js'
import type { Revocation, Store, StoreEntry } from './store.js'

export interface DirectoryStoreOptions {
  /** Whether to make the directory where there is none. Default `false`. */
  readonly create?: boolean
}

/**
 * The store in a directory of `openssl ca` (`index.txt`, `serial`, `crlnumber`, `newcerts/`), or in the `pki` of easy-rsa 3,
 * which is known by its `certs_by_serial/`. Both programs go on working with it, in turn with this one: they heed no lock. Private
 * keys are not looked for. Several processes of one machine may use it at once; a lock that a process of another machine or
 * container left behind is for a person to remove, as the error says.
 * @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: no `index.txt`, or one with a line that OpenSSL would not read either; it is named
 */
export async function openDirectoryStore (directory: string, { create = false }: DirectoryStoreOptions = {}): Promise<Store> {
  if (create) await createDirectory(directory)
  return await new DirectoryStore(layoutOf(directory)).open()
}

class DirectoryStore implements Store {
  readonly #layout: DirectoryLayout
  readonly #index: IndexFile
  readonly #subjects = new Map<string, string>()
  #last: Promise<unknown> = Promise.resolve()

  constructor (layout: DirectoryLayout) {
    this.#layout = layout
    this.#index = new IndexFile(layout.index)
  }

  /** The same, once its index is seen to be one. */
  async open (): Promise<this> {
    await this.#read()
    return this
  }

  async list (): Promise<readonly StoreEntry[]> {
    return (await this.#read()).entries.map((entry) => this.#storeEntry(entry))
  }

  async certificate (serialNumber: string): Promise<Certificate | undefined> {
    const index = await this.#read()
    return index.entry(serialNumber) && await readCertificateFile(this.#layout, serialNumber)
  }

  async add (certificate: Certificate): Promise<void> {
    await this.#change(async (index) => {
      const line = writeIndexLine(certificate)
      const entry = readIndexLine(line, this.#layout.index)
      if (index.entry(entry.serialNumber) !== undefined) throw knownSerialNumber(entry.serialNumber)
      await this.#refuseSecond(index, entry)
      await this.#passBy(entry.serialNumber)
      // The index comes last: a file that is in no index is of a certificate that nobody was given, and does no harm.
      await writeCertificateFiles(this.#layout, certificate)
      await this.#index.append(index, line)
      this.#subjects.set(entry.serialNumber, certificate.subject.toString())
    })
  }

  async update (serialNumber: string, change: (entry: StoreEntry) => Revocation | undefined): Promise<StoreEntry> {
    return await this.#change(async (index) => {
      const before = index.entry(serialNumber)
      if (before === undefined) throw unknownSerialNumber(serialNumber)
      const revocation = keptRevocation(change(this.#storeEntry(before)))
      // What is the same stays as it was written: there may be more in the line than is read here.
      if (sameRevocation(revocation, before.revocation)) return this.#storeEntry(before)
      const line = reviseIndexLine(index.line(serialNumber), revocation)
      const after = readIndexLine(line, this.#layout.index)
      if (after.isValid) await this.#refuseSecond(index, after)
      await this.#index.replace(index, line)
      return this.#storeEntry(after)
    })
  }

  async nextListNumber (): Promise<bigint> {
    return await this.#change(async () => {
      const number = await readNumber(this.#layout.listNumber) ?? 1n
      await writeNumber(this.#layout.listNumber, number + 1n)
      return number
    })
  }

  // Without the lock: what is read is the index as it was at one moment, for it is replaced as a whole, and lines without
  // their end are not seen.
  async #read (): Promise<IndexText> {
    const index = await this.#index.read()
    return index.tail === '' ? index : await this.#change(async (repaired) => repaired)
  }

  /** One change after the other, here and in all processes. */
  async #change <Result> (act: (index: IndexText) => Promise<Result>): Promise<Result> {
    const run = async () => await withLock(this.#layout.lock, async () => await act(await this.#repaired()))
    const change = this.#last.then(run, run)
    this.#last = change
    return await change
  }

  // Nobody is writing: a line without its end was torn by a crash, or written by hand. OpenSSL does not read it in either case.
  async #repaired (): Promise<IndexText> {
    const index = await this.#index.read()
    if (index.tail === '') return index
    await this.#index.write(index.withLast(...await this.#wholeTail(index.tail)))
    return await this.#index.read()
  }

  async #wholeTail (tornTail: string): Promise<string[]> {
    // Some file systems leave NULs where the content was not on the disk yet.
    const tail = tornTail.replace(/\0+$/, '')
    if (tail === '' || isTornLine(tail)) return []
    if (isSilentLine(tail)) return [tail]
    const certificate = await readCertificateFile(this.#layout, readIndexLine(tail, `${this.#layout.index}, last line,`).serialNumber)
    const whole = certificate === undefined ? tail : writeIndexLine(certificate)
    return [whole.startsWith(tail) ? whole : tail]
  }

  // OpenSSL refuses to read an index in which two valid certificates have one name, unless it is told that they may.
  async #refuseSecond (index: IndexText, entry: IndexEntry): Promise<void> {
    if (!index.hasOtherValid(entry) || !(await this.#isNameUnique())) return
    throw new AuthorityError(`there is a valid certificate of ${this.#subject(entry)}, and ${this.#layout.attributes} does not ` +
      'allow a second one of a name: revoke the first, or write "unique_subject = no" into that file')
  }

  async #isNameUnique (): Promise<boolean> {
    const content = await readIfThere(this.#layout.attributes)
    const value = /^\s*unique_subject\s*=\s*(\S)/m.exec(content?.toString('latin1') ?? '')
    return value === null || !/[fFnN0]/.test(value[1])
  }

  // `openssl ca` counts from the number in `serial`, and stops at one that is taken. Random numbers are out of its way.
  async #passBy (serialNumber: string): Promise<void> {
    const next = await readNumber(this.#layout.serial)
    if (next === undefined || serialNumber.startsWith('-')) return
    const ahead = BigInt(`0x${serialNumber}`) - next
    if (ahead >= 0n && ahead < 2n ** 64n) await writeNumber(this.#layout.serial, next + ahead + 1n)
  }

  // The subject is read from the certificate's file when it is asked for: a certificate list of many entries needs none of them.
  #storeEntry (entry: IndexEntry): StoreEntry {
    const subject = () => this.#subject(entry)
    return Object.freeze({
      serialNumber: entry.serialNumber,
      get subject () { return subject() },
      notAfter: new Date(entry.notAfter),
      revocation: keptRevocation(entry.revocation)
    })
  }

  #subject (entry: IndexEntry): string {
    const known = this.#subjects.get(entry.serialNumber)
    if (known !== undefined) return known
    const subject = readSubject(this.#layout, entry.serialNumber) ?? readOneLine(entry.name)
    this.#subjects.set(entry.serialNumber, subject)
    return subject
  }
}
