import { writeObjectIdentifier } from './der-writer.js'
import { accessMethods, attributeTypes, certificateListExtensionTypes, extensionTypes, keyPurposes, otherNameTypes, publicKeyAlgorithms, requestAttributeTypes, signatureAlgorithms, usualCurves } from './object-identifiers.js'

interface Known {
  readonly octets: Buffer
  readonly dotted: string
}

const all = [accessMethods, attributeTypes, certificateListExtensionTypes, extensionTypes, keyPurposes, otherNameTypes, publicKeyAlgorithms, requestAttributeTypes, signatureAlgorithms, usualCurves]

// By a number made of the octets. What is not here is decoded: being here saves time, and tells nothing.
const table: ReadonlyMap<number, Known> = new Map(all.flatMap((each) => Object.values<string>(each)).map((dotted) => {
  const octets = writeObjectIdentifier(dotted).subarray(2)
  return [digest(octets, 0, octets.length), { octets, dotted }]
}))

function digest (octets: Buffer, from: number, end: number): number {
  let value = end - from
  for (let position = from; position < end; position++) value = (Math.imul(value, 31) + octets[position]) | 0
  return value
}

/** The dotted form of an object identifier that has a name in this package, from its contents; `undefined` for others. */
export function knownObjectIdentifier (octets: Buffer, from: number, end: number): string | undefined {
  const known = table.get(digest(octets, from, end))
  if (known === undefined || known.octets.length !== end - from) return undefined
  for (let index = 0; index < known.octets.length; index++) {
    if (known.octets[index] !== octets[from + index]) return undefined
  }
  return known.dotted
}
