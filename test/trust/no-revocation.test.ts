import t from 'tap'
import { pathStatus, verifyCertificationPath } from '../../lib/trust/index.js'
import { authorityInfoAccessExtension, cRLDistributionPointsExtension, writeInteger, type Extension } from '../../lib/certificate/index.js'
import { basicConstraints, keyUsage, type Minted } from '../helpers/mint.js'
import { authority, client, entryFor, freshest, listOf, lastWeek, now, points, tomorrow } from './revocation-scene.js'
import { extension } from './scene.js'

const nothing = Buffer.from([5, 0])
const noRevAvail = extension('2.5.29.56', nothing, false)
const noCheck = extension('1.3.6.1.5.5.7.48.1.5', nothing, false)
const root = authority('Root')
const issuing = authority('Issuing', { issuer: root })
const lists = [listOf(root)]

const pathOf = (...path: Minted[]) => path.map(({ certificate }) => certificate)

function statusOf (leaf: Minted, certificateLists = lists): string {
  const status = pathStatus(pathOf(leaf, issuing, root), now, { certificateLists, certificates: [] }, {})
  return status.broken === undefined ? `good until ${new Date(status.until).toISOString()}` : `${status.depth} ${status.broken.rule} ${status.broken.problem}`
}

/** Why a path is refused, without any certificate lists and by the most lenient options. */
function refusalOf (leaf: Minted, issuer = issuing): string {
  try {
    verifyCertificationPath({
      certificate: leaf.certificate, intermediates: [issuer.certificate], trustAnchors: [root.certificate], at: now, purpose: 'any', whenNotConforming: 'accept'
    })
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

t.test('a certificate of which its issuer publishes no revocation needs no status, and the CAs above it do', async (t) => {
  t.match(statusOf(client(issuing)), /^0 STATUS_UNKNOWN /)
  for (const each of [noRevAvail, noCheck]) {
    const leaf = client(issuing, { extensions: [each] })
    t.equal(statusOf(leaf), `good until ${tomorrow.toISOString()}`, 'until when the list of the root ends')
    t.match(statusOf(leaf, []), /^1 STATUS_UNKNOWN .*issuer CN=Root/)
    t.equal(refusalOf(leaf), '')
  }
})

t.test('one that is revoked all the same is refused', async (t) => {
  const leaf = client(issuing, { extensions: [noRevAvail] })
  const named = listOf(issuing, { entries: [entryFor(leaf.certificate)] })
  t.equal(statusOf(leaf, [...lists, named]), `0 REVOKED the certificate was revoked at ${lastWeek.toISOString()}`)
})

t.test('a CA that says so needs a status all the same', async (t) => {
  const extensions = [basicConstraints(true), keyUsage('keyCertSign', 'cRLSign'), noCheck]
  const subordinate = authority('Issuing', { issuer: root, extensions })
  const path = pathOf(client(subordinate, { extensions: [noRevAvail] }), subordinate, root)
  t.match(pathStatus(path, now, { certificateLists: [], certificates: [] }, {}), { depth: 1, broken: { rule: 'STATUS_UNKNOWN' } })
})

t.test('noRevAvail in company or in a form that RFC 9608 does not allow makes a certificate invalid', async (t) => {
  const refused = (problem: string, ...extensions: Extension[]) =>
    t.equal(refusalOf(client(issuing, { extensions })), `${problem}, which RFC 9608 does not allow (certificate 0: CN=client)`)
  const both = 'the certificate has both noRevAvail and'
  refused(`${both} cRLDistributionPoints`, noRevAvail, cRLDistributionPointsExtension('http://lists.example/a.crl'))
  refused(`${both} cRLDistributionPoints`, points({ names: ['http://lists.example/a.crl'] }), noRevAvail)
  refused(`${both} freshestCRL`, noRevAvail, freshest)
  refused(`${both} the URL of an OCSP responder`, noRevAvail, authorityInfoAccessExtension({ ocsp: ['http://ocsp.example/'], caIssuers: ['http://ca.example/'] }))
  refused('the extension noRevAvail is critical', { ...noRevAvail, critical: true })
  refused('the value of the extension noRevAvail is not NULL', { ...noRevAvail, value: writeInteger(0) })
  t.equal(refusalOf(client(issuing, { extensions: [noRevAvail, authorityInfoAccessExtension({ caIssuers: ['http://ca.example/'] })] })), '')
})

t.test('a CA certificate must not have noRevAvail, as the leaf of a path or above one', async (t) => {
  const extensions = [basicConstraints(true), keyUsage('keyCertSign', 'cRLSign', 'digitalSignature'), noRevAvail]
  const subordinate = authority('Issuing', { issuer: root, extensions })
  const problem = 'a CA certificate has the extension noRevAvail, which RFC 9608 does not allow'
  t.equal(refusalOf(subordinate), `${problem} (certificate 0: CN=Issuing)`)
  t.equal(refusalOf(client(subordinate), subordinate), `${problem} (certificate 1: CN=Issuing)`)
})
