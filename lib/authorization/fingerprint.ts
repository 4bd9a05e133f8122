import type { Certificate } from '../certificate/index.js'
import type { FingerprintPolicy } from './policy.js'
import { refusal, type Place } from './place.js'
import { ruleOnce, type Rule } from './rule.js'
import { readText, readTexts, type Reader } from './shape.js'

const octetsOfSha256 = 32

/** In the form of `Certificate.fingerprint256`: upper case with colons. */
function readFingerprint (value: unknown, place: Place): string {
  const text = readText(value, place)
  const pairs = /^(?:[0-9a-f]{2}(?::[0-9a-f]{2})*|(?:[0-9a-f]{2})+)$/i.test(text) ? text.match(/[0-9a-f]{2}/gi)! : []
  if (pairs.length === octetsOfSha256) return pairs.join(':').toUpperCase()
  const found = pairs.length === 0 ? '' : `, not ${pairs.length}`
  throw refusal(place, `must be a SHA-256 fingerprint: ${octetsOfSha256} octets in hexadecimal, with or without colons${found}`)
}

function fingerprintRule (value: unknown, place: Place, fingerprintsOf: (certificate: Certificate) => readonly string[]): Rule<Certificate> {
  const wanted = readTexts(value, place, readFingerprint)
  return ruleOnce((certificate) => fingerprintsOf(certificate).some((each) => wanted.has(each)), `${place.key} is another`)
}

export const fingerprintReaders: Readonly<Record<keyof FingerprintPolicy, Reader<Rule<Certificate>>>> = {
  fingerprint256: (value, place) => fingerprintRule(value, place, (certificate) => certificate.fingerprints256),
  publicKeyFingerprint256: (value, place) => fingerprintRule(value, place, (certificate) => [certificate.publicKeyFingerprint256])
}
