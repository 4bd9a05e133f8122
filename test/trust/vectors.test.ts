import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Certificate, GeneralName } from '../../lib/certificate/index.js'
import { CertificateError, CertificationPathError } from '../../lib/errors.js'
import { verifyCertificationPath } from '../../lib/trust/index.js'
import { parts, vectorsFolder } from '../helpers/parts.js'

/** A case of x509-limbo, or of BetterTLS in the same form: does a server accept this client? */
interface Case {
  readonly id: string
  readonly features: readonly string[]
  readonly trusted_certs: readonly string[]
  readonly untrusted_intermediates: readonly string[]
  readonly peer_certificate: string
  readonly validation_time: string | null
  readonly max_chain_depth: number | null
  readonly crls: readonly string[]
  readonly expected_result: 'SUCCESS' | 'FAILURE'
  readonly expected_peer_name: PeerName | null
  readonly expected_peer_names: readonly PeerName[]
}

interface PeerName {
  readonly kind: 'DNS' | 'IP' | 'RFC822'
  readonly value: string
}

// Where a case names no instant, that of its making: so the verdicts stay what they are.
const madeAt = '2026-11-23T20:00:00Z'

// What the collection itself sets apart: rules of the web's PKI, what needs a network, pedantry, and policies.
const notCore = ['has-policy-constraints', 'rfc5280-incompatible-with-webpki']
const isCore = ({ id, features }: Case) =>
  !/^(?:webpki|online)::/.test(id) && !features.some((feature) => feature.startsWith('pedantic-') || notCore.includes(feature))

const casesOf = (file: string): readonly Case[] => JSON.parse(readFileSync(join(vectorsFolder, file), 'utf8')).testcases

/** `SUCCESS`, or the rule that was broken. */
function verdictOf (each: Case): string {
  try {
    const path = verifyCertificationPath({
      certificate: each.peer_certificate,
      intermediates: each.untrusted_intermediates,
      trustAnchors: each.trusted_certs,
      // The cases trust every one of them, self-signed or not.
      partialPath: true,
      at: new Date(each.validation_time ?? madeAt),
      purpose: 'clientAuth',
      maxPathLength: each.max_chain_depth ?? undefined,
      ...(each.features.includes('has-crl') && { certificateLists: each.crls })
    })
    return hasNames(path.certificate, each) ? 'SUCCESS' : 'OTHER_NAME'
  } catch (error) {
    if (error instanceof CertificationPathError) return error.rule
    if (error instanceof CertificateError) return 'UNREADABLE'
    throw error
  }
}

// A path says nothing of the name; who wants a certain one compares it, as an authorization would.
const hasNames = ({ subjectAltName }: Certificate, { expected_peer_name: one, expected_peer_names: several }: Case) =>
  [...(one === null ? [] : [one]), ...several].every((wanted) => subjectAltName.some((name) => isName(name, wanted)))

const kinds = { DNS: 'dNSName', IP: 'iPAddress', RFC822: 'rfc822Name' }

const isName = (name: GeneralName, { kind, value }: PeerName) => name.type === kinds[kind] && name.value === value

const wrongly = (cases: readonly Case[], expected: Case['expected_result']) =>
  cases.filter((each) => each.expected_result === expected && (verdictOf(each) === 'SUCCESS') !== (expected === 'SUCCESS')).map((each) => each.id)

const needs = { skip: parts.missing('vectors') }

t.test('x509-limbo', needs, async (t) => {
  const cases = casesOf('limbo/client.json').filter(isCore)

  // What is refused though the case says yes, and why.
  const refused = {
    'a client signs in the handshake, which the keyUsage of these CA certificates does not allow (RFC 8446, section 4.4.2)': ['pathlen::validation-ignores-pathlen-in-leaf', 'rfc5280::ca-as-leaf']
  }
  const falselyAccepted = wrongly(cases, 'FAILURE')
  const falselyRefused = wrongly(cases, 'SUCCESS')
  t.strictSame(falselyAccepted, [], 'none is accepted against the case')
  t.strictSame(falselyRefused.sort(), Object.values(refused).flat().sort(), 'refused against the case: those that are named, and no others')
  // The first ten are the collection's own cases of clients, and all as expected; the others were cases of servers.
  t.strictSame(cases.slice(0, 10).filter(({ id }) => falselyRefused.includes(id)), [])
  t.equal(cases.length, 132)
})

t.test('BetterTLS path building: all as expected', needs, async (t) => {
  const cases = casesOf('bettertls/pathbuilding.json')
  t.equal(cases.length, 81)
  t.strictSame([...wrongly(cases, 'FAILURE'), ...wrongly(cases, 'SUCCESS')], [])
})
