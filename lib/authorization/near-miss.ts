/** Words that people use for what the RFCs call otherwise. */
const otherWords: ReadonlyMap<string, readonly string[]> = new Map([
  ['cn', ['commonName']],
  ['sn', ['surname', 'serialNumber']],
  ['c', ['countryName']],
  ['l', ['localityName']],
  ['st', ['stateOrProvinceName']],
  ['street', ['streetAddress']],
  ['o', ['organizationName']],
  ['organization', ['organizationName']],
  ['ou', ['organizationalUnitName']],
  ['organizationalunit', ['organizationalUnitName']],
  ['uid', ['userId']],
  ['dc', ['domainComponent']],
  ['email', ['emailAddress', 'rfc822Name']],
  ['san', ['subjectAltName']],
  ['altname', ['subjectAltName']],
  ['dns', ['dNSName']],
  ['ip', ['iPAddress']],
  ['uri', ['uniformResourceIdentifier']],
  ['url', ['uniformResourceIdentifier']],
  ['spiffe', ['uniformResourceIdentifier']],
  ['spiffeid', ['uniformResourceIdentifier']],
  ['trustdomain', ['spiffeTrustDomain']],
  ['upn', ['userPrincipalName']],
  ['serial', ['serialNumber']],
  ['fingerprint', ['fingerprint256']],
  ['sha256', ['fingerprint256']],
  ['spki', ['publicKeyFingerprint256']],
  ['eku', ['extendedKeyUsage']],
  ['policies', ['certificatePolicies']],
  ['ca', ['anchor', 'issuer']],
  ['and', ['allOf']],
  ['all', ['allOf']],
  ['or', ['anyOf']],
  ['any', ['anyOf']],
  ['oneof', ['anyOf']]
])

// One letter wrong, missing or too many, twice: more would suggest what is not meant.
const mostEdits = 2

/** `; did you mean '…'?` where one of the known words is near, else `; known here are …`. */
export function didYouMean (word: string, known: readonly string[]): string {
  const meant = otherWords.get(word.toLowerCase())?.find((other) => known.includes(other)) ?? nearest(word, known)
  return meant === undefined ? `; known here are ${known.join(', ')}` : `; did you mean '${meant}'?`
}

function nearest (word: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let least = mostEdits + 1
  for (const candidate of known) {
    const count = edits(word.toLowerCase(), candidate.toLowerCase())
    if (count < Math.min(least, candidate.length - 1)) [best, least] = [candidate, count]
  }
  return best
}

/** Levenshtein's distance; of words whose lengths differ too much, that difference. */
function edits (from: string, to: string): number {
  if (Math.abs(from.length - to.length) > mostEdits) return Math.abs(from.length - to.length)
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let index = 0; index < from.length; index++) {
    const next = [index + 1]
    for (let column = 0; column < to.length; column++) {
      next.push(Math.min(next[column] + 1, row[column + 1] + 1, row[column] + (from[index] === to[column] ? 0 : 1)))
    }
    row = next
  }
  return row[to.length]
}
