import { AuthorityError } from '../errors.js'
import type { Revocation, StoreEntry } from './store.js'

/** A revocation as a store keeps it: copied, frozen, in whole seconds. */
export function keptRevocation (revocation: Revocation | undefined): Revocation | undefined {
  if (revocation === undefined) return undefined
  const { at, reason, invalidityDate } = revocation
  return Object.freeze({
    at: wholeSeconds(at, 'at'),
    ...(reason === undefined ? {} : { reason }),
    ...(invalidityDate === undefined ? {} : { invalidityDate: wholeSeconds(invalidityDate, 'invalidityDate') })
  })
}

function wholeSeconds (date: Date, name: string): Date {
  if (Number.isNaN(date.getTime())) throw new AuthorityError(`${name} of the revocation is not a date`)
  return new Date(Math.floor(date.getTime() / 1000) * 1000)
}

export const unknownSerialNumber = (serialNumber: string) => new AuthorityError(`serial number ${serialNumber} is not in the store`)

export const knownSerialNumber = (serialNumber: string) => new AuthorityError(`serial number ${serialNumber} is in the store already`)

/** Frozen; its dates are copies, so that who is given it cannot change what the store has. */
export const storeEntry = ({ serialNumber, subject, notAfter, revocation }: StoreEntry): StoreEntry => Object.freeze({
  serialNumber,
  subject,
  notAfter: new Date(notAfter),
  revocation: keptRevocation(revocation)
})
