import { randomFillSync } from 'node:crypto'

const size = 20

// Going to the system for each one would take some microseconds.
const reserve = Buffer.alloc(64 * size)
let used = reserve.length

/**
 * A new serial number: 20 random octets, the most that RFC 5280 (section 4.1.2.2) allows. The first bit is 0, so that it
 * is positive, and the second is 1, so that none is shorter; 158 bits are left to chance, and no two are ever the same.
 */
export function newSerialNumber (): Buffer {
  if (used === reserve.length) {
    randomFillSync(reserve)
    used = 0
  }
  const octets = Buffer.from(reserve.subarray(used, used + size))
  used += size
  octets[0] = (octets[0] & 0x3f) | 0x40
  return octets
}
