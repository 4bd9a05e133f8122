import type { Certificate } from '../certificate/index.js'
import { fingerprintReaders } from './fingerprint.js'
import { attributeKeys, isAttributeKey, readAttribute, readName } from './name-rule.js'
import { keyOf, type Place } from './place.js'
import { allOf, anyOf, ruleOn, type Rule } from './rule.js'
import { isPlainObject, readEntries, readOneOrMore } from './shape.js'

/** Reads one anchor policy, or a list of which one must match. */
export const readAnchors = (value: unknown, place: Place): Rule<Certificate> =>
  anyOf(readOneOrMore(value, place, readAnchor), place.key)

const isFingerprint = (key: string): key is keyof typeof fingerprintReaders => Object.hasOwn(fingerprintReaders, key)

const known = [...Object.keys(fingerprintReaders), ...attributeKeys]

function readAnchor (value: unknown, place: Place): Rule<Certificate> {
  if (!isPlainObject(value)) return onSubject(readName(value, place))
  const entries = readEntries(value, place, known, (key) => isFingerprint(key) || isAttributeKey(key))
  return allOf(Array.from(entries, ([key, each]) => isFingerprint(key)
    ? fingerprintReaders[key](each, keyOf(place, key))
    : onSubject(readAttribute(key, each, keyOf(place, key)))))
}

const onSubject = (inner: Rule<Certificate['subject']>) => ruleOn((certificate: Certificate) => certificate.subject, inner)
