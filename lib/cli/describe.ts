import type { CertificateList, RevokedCertificate } from '../certificate/index.js'
import { algorithmText } from './algorithm.js'
import { certificateJson, describeCertificate, describeRequest, requestJson, type Line } from './describe-certificate.js'
import { certificatesOf, type Content } from './read-contents.js'
import { table } from './table.js'
import { dateText } from './time.js'

/** What a person wants to know of a document: one text for each thing in it. */
export function describe (content: Content, now: Date): readonly string[] {
  switch (content.kind) {
    case 'certificate': return [section('certificate', describeCertificate(content.certificate, now))]
    case 'certification request': return [section('certification request', describeRequest(content.request))]
    case 'certificate list': return [section('certificate list', describeList(content.list, now))]
    case 'private key': return [section('private key', [['key', content.key]])]
    case 'other': return [section(content.label, [['note', 'not read here']])]
    case 'PKCS #12': return [
      section('PKCS #12', [['private key', content.pkcs12.privateKey === undefined ? 'none' : 'yes'], ['friendly name', content.pkcs12.friendlyName ?? 'none']]),
      ...certificatesOf(content).map((certificate) => section('certificate', describeCertificate(certificate, now)))
    ]
  }
}

const section = (title: string, lines: readonly Line[]): string => [title, table(lines.map(([label, value]) => ['', label, value]))].join('\n')

// More than a person reads; --json has all of them.
const maxEntries = 50

function describeList (list: CertificateList, now: Date): readonly Line[] {
  const { issuer, number, thisUpdate, nextUpdate, size } = list
  const entries = [...first(list, maxEntries)].map((entry): Line => ['revoked', entryText(entry)])
  const isOld = nextUpdate !== undefined && nextUpdate < now
  return [
    ['issuer', issuer.toString()],
    ['number', number === undefined ? 'none' : String(number)],
    ['this update', dateText(thisUpdate)],
    ['next update', nextUpdate === undefined ? 'not told' : `${dateText(nextUpdate)}${isOld ? ' (is over)' : ''}`],
    ['signature', algorithmText(list.signatureAlgorithm)],
    ['entries', String(size)],
    ...entries,
    ...size > maxEntries ? [['revoked', `and ${size - maxEntries} more`] as const] : []
  ]
}

function * first<Value> (values: Iterable<Value>, count: number): Generator<Value> {
  for (const value of values) {
    if (count-- === 0) return
    yield value
  }
}

function entryText ({ serialNumber, revocationDate, reason, invalidityDate }: RevokedCertificate): string {
  const since = invalidityDate === undefined ? '' : `, invalid since ${dateText(invalidityDate)}`
  return `${serialNumber} at ${dateText(revocationDate)}${reason === undefined ? '' : `, ${reason}`}${since}`
}

/** The same for a program. */
export function describeJson (content: Content): readonly object[] {
  switch (content.kind) {
    case 'certificate': return [certificateJson(content.certificate)]
    case 'certification request': return [requestJson(content.request)]
    case 'certificate list': return [{ kind: content.kind, ...content.list.toJSON(), revoked: [...content.list] }]
    case 'PKCS #12': return [
      { kind: content.kind, hasPrivateKey: content.pkcs12.privateKey !== undefined, friendlyName: content.pkcs12.friendlyName },
      ...certificatesOf(content).map(certificateJson)
    ]
    default: return [content]
  }
}
