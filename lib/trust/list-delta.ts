import { extensionTypes, certificateListExtensionTypes, type CertificateList } from '../certificate/index.js'

/** The extensions that a list and the deltas to it have in common (RFC 5280, sections 5.2.4 and 6.3.3, c). */
const commonExtensions = [certificateListExtensionTypes.issuingDistributionPoint, extensionTypes.authorityKeyIdentifier]

/**
 * Of the deltas of the same issuer, newest first, those that are newer than the complete list, of its scope and usable, up
 * to the first that can be combined with it: that one has all that changed since.
 */
export function deltasTo (list: CertificateList, deltas: readonly CertificateList[], isUsable: (delta: CertificateList) => boolean): readonly CertificateList[] {
  const newer = deltas.filter((delta) => isNewer(delta, list) && commonExtensions.every((type) => isSameIn(type, list, delta)) && isUsable(delta))
  const last = newer.findIndex((delta) => isCombinable(delta, list))
  return last === -1 ? newer : newer.slice(0, last + 1)
}

/** Whether the delta has all that changed since the complete list (section 5.2.4). */
export const isCombinable = ({ baseCRLNumber }: CertificateList, { number }: CertificateList): boolean => baseCRLNumber! <= number!

const isNewer = ({ number: changed }: CertificateList, { number }: CertificateList): boolean =>
  changed !== undefined && number !== undefined && changed > number

function isSameIn (type: string, one: CertificateList, other: CertificateList): boolean {
  const [first, second] = [one, other].map(({ extensions }) => extensions.find((each) => each.type === type)?.value)
  return first === undefined || second === undefined ? first === second : first.equals(second)
}
