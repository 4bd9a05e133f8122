import type { Certificate } from '../certificate/index.js'
import { keptRevocation, knownSerialNumber, storeEntry, unknownSerialNumber } from './store-entry.js'
import type { Revocation, Store, StoreEntry } from './store.js'

interface Kept {
  readonly certificate: Certificate
  readonly revocation: Revocation | undefined
}

/** A store that lasts as long as the process: for tests, and for authorities whose certificates do not outlive it. */
export const memoryStore = (): Store => new MemoryStore()

class MemoryStore implements Store {
  readonly #kept = new Map<string, Kept>()
  #nextListNumber = 1n

  async list (): Promise<readonly StoreEntry[]> {
    return [...this.#kept.values()].map(entryOf)
  }

  async certificate (serialNumber: string): Promise<Certificate | undefined> {
    return this.#kept.get(serialNumber)?.certificate
  }

  async add (certificate: Certificate): Promise<void> {
    if (this.#kept.has(certificate.serialNumber)) throw knownSerialNumber(certificate.serialNumber)
    this.#kept.set(certificate.serialNumber, { certificate, revocation: undefined })
  }

  async update (serialNumber: string, change: (entry: StoreEntry) => Revocation | undefined): Promise<StoreEntry> {
    const before = this.#kept.get(serialNumber)
    if (before === undefined) throw unknownSerialNumber(serialNumber)
    const after = { ...before, revocation: keptRevocation(change(entryOf(before))) }
    this.#kept.set(serialNumber, after)
    return entryOf(after)
  }

  async nextListNumber (): Promise<bigint> {
    return this.#nextListNumber++
  }
}

const entryOf = ({ certificate, revocation }: Kept): StoreEntry => storeEntry({
  serialNumber: certificate.serialNumber,
  subject: certificate.subject.toString(),
  notAfter: certificate.validity.notAfter,
  revocation
})
