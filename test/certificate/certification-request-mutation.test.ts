import t from 'tap'
import fc from 'fast-check'
import { basicConstraintsExtension, CertificationRequest, extendedKeyUsageExtension, readCertificationRequest, subjectAltNameExtension, writePem } from '../../lib/certificate/index.js'
import { octets } from './raw-certificate.js'
import { attributeOf, extensionRequest, rawRequest } from './raw-request.js'

const original = rawRequest({
  attributes: [
    attributeOf('1.2.840.113549.1.9.7', octets('130161')),
    extensionRequest(subjectAltNameExtension([{ type: 'dNSName', value: 'a.example' }, { type: 'directoryName', value: 'CN=a' }]), extendedKeyUsageExtension('clientAuth'), basicConstraintsExtension(false))
  ]
})

function outcomeOf (content: string | Buffer): unknown {
  try {
    return readCertificationRequest(content)
  } catch (error) {
    return error
  }
}

const isCertificateError = (error: unknown) =>
  error instanceof Error && error.name === 'CertificateError' && /^ERR_CERTIFICATE_(?:MALFORMED|UNSUPPORTED)$/.test((error as Error & { code: string }).code)

const getters = Object.entries(Object.getOwnPropertyDescriptors(CertificationRequest.prototype))
  .filter(([name, { get }]) => get !== undefined && name !== 'publicKey').map(([name]) => name as keyof CertificationRequest)

/** Whether reading gives a request none of whose properties throws, or a CertificateError: nothing else. */
function isReadOrRefused (content: string | Buffer): boolean {
  const outcome = outcomeOf(content)
  if (!(outcome instanceof CertificationRequest)) return isCertificateError(outcome)
  return getters.map((name) => outcome[name]).length > 10 && JSON.stringify(outcome).length > 0 && isKeyOrRefused(outcome)
}

function isKeyOrRefused (request: CertificationRequest): boolean {
  try {
    return request.publicKey.type === 'public'
  } catch (error) {
    return isCertificateError(error)
  }
}

type Change = (octets: Buffer) => Buffer

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const at = (whole: Buffer, where: number) => Math.floor(where * whole.length)

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(place, fc.nat({ max: 255 })).map(([where, value]): Change => (whole) => {
    const changed = Buffer.from(whole)
    if (changed.length > 0) changed[at(whole, where)] = value
    return changed
  }),
  fc.tuple(place, fc.nat({ max: 40 })).map(([where, count]): Change => (whole) => Buffer.concat([whole.subarray(0, at(whole, where)), whole.subarray(at(whole, where) + count)])),
  fc.tuple(place, fc.uint8Array({ maxLength: 40 })).map(([where, more]): Change => (whole) => Buffer.concat([whole.subarray(0, at(whole, where)), more, whole.subarray(at(whole, where))]))
)

const changes = fc.array(change, { minLength: 1, maxLength: 3 })
const changed = (whole: Buffer, each: readonly Change[]) => each.reduce((octets, next) => next(octets), whole)

t.test('octets of a request, changed: it is read or refused', async () => {
  fc.assert(fc.property(changes, (each) => isReadOrRefused(changed(original, each))), { numRuns: 3000 })
})

t.test('every octet of a request, changed to any of a few: it is read or refused', async (t) => {
  const outcomes = { read: 0, refused: 0 }
  for (let index = 0; index < original.length; index++) {
    for (const value of [0x00, 0x30, 0x80, 0xff, original[index] + 1]) {
      const one = Buffer.from(original)
      one[index] = value
      if (!isReadOrRefused(one)) t.fail(`octet ${index} as ${value}`)
      outcomes[outcomeOf(one) instanceof CertificationRequest ? 'read' : 'refused']++
    }
  }
  t.ok(outcomes.read > 100 && outcomes.refused > 100, `both ways are taken: ${JSON.stringify(outcomes)}`)
})

t.test('a request cut off anywhere is refused', async (t) => {
  t.ok(Array.from(original, (_, length) => outcomeOf(original.subarray(0, length))).every(isCertificateError))
})

t.test('PEM, changed: the request is read or refused', async () => {
  const text = Buffer.from(writePem('CERTIFICATE REQUEST', original))
  fc.assert(fc.property(changes, fc.boolean(), (each, asText) => {
    const content = changed(text, each)
    return isReadOrRefused(asText ? content.toString('latin1') : content)
  }), { numRuns: 500 })
})
