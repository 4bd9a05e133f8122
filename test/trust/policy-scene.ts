import { anyPolicy, type Certificate, type Extension } from '../../lib/certificate/index.js'
import { write, writeInteger, writeObjectIdentifier, writeSequence } from '../../lib/certificate/der-writer.js'
import { basicConstraints, keyUsage, mintAuthority, mintClient, newKeys, type Minted } from '../helpers/mint.js'
import { extension, keyIdentifier } from './scene.js'

/** What a certificate says of policies. A number is one of the test's own, `0` is anyPolicy. */
export interface Said {
  readonly policies?: readonly number[]
  readonly mappings?: ReadonlyArray<readonly [issuerDomain: number, subjectDomain: number]>
  readonly requireExplicitPolicy?: number
  readonly inhibitPolicyMapping?: number
  readonly inhibitAnyPolicy?: number
  /** Of an intermediate: by the CA above it, under its name. */
  readonly isSelfIssued?: boolean
}

export interface Hierarchy {
  readonly anchor: Certificate
  readonly intermediates: readonly Certificate[]
  readonly leaf: Certificate
}

/** The dotted identifier of a policy. */
export const policy = (number: number): string => number === 0 ? anyPolicy : `1.2.3.${number}`

const identifier = (number: number) => writeObjectIdentifier(policy(number))

const skip = (tag: number, count: number | undefined) => count === undefined ? [] : [write(tag, writeInteger(count).subarray(2))]

export function policyExtensions ({ policies = [], mappings = [], requireExplicitPolicy, inhibitPolicyMapping, inhibitAnyPolicy }: Said): Extension[] {
  const constraints = [...skip(0x80, requireExplicitPolicy), ...skip(0x81, inhibitPolicyMapping)]
  return [
    ...(policies.length > 0 ? [extension('2.5.29.32', writeSequence(...policies.map((each) => writeSequence(identifier(each)))), false)] : []),
    ...(mappings.length > 0 ? [extension('2.5.29.33', writeSequence(...mappings.map(([from, to]) => writeSequence(identifier(from), identifier(to)))))] : []),
    ...(constraints.length > 0 ? [extension('2.5.29.36', writeSequence(...constraints))] : []),
    ...(inhibitAnyPolicy === undefined ? [] : [extension('2.5.29.54', writeInteger(inhibitAnyPolicy))])
  ]
}

// Keys are made once; each place has its own, so that a self-issued CA has another than the one of its name.
const keys = Array.from({ length: 8 }, () => newKeys())
const at = { notBefore: new Date('2030-01-01T00:00:00Z'), notAfter: new Date('2031-01-01T00:00:00Z') }

const identified = (depth: number) => [keyIdentifier.ofSubject(`key ${depth}`), ...(depth === 0 ? [] : [keyIdentifier.ofAuthority(`key ${depth - 1}`)])]

function authority (depth: number, said: Said, issuer?: Minted): Minted {
  const subject = said.isSelfIssued === true && issuer !== undefined ? issuer.certificate.subject.raw : `CA ${depth}`
  return mintAuthority({ subject, issuer, keys: keys[depth], ...at, extensions: [basicConstraints(true), keyUsage('keyCertSign', 'cRLSign'), ...identified(depth), ...policyExtensions(said)] })
}

/** From the CA below the anchor down to the leaf; the anchor says what is given last. */
export function hierarchy (below: readonly Said[], anchorSaid: Said = {}): Hierarchy {
  const anchor = authority(0, anchorSaid)
  const issuers = [anchor]
  for (const [index, said] of below.slice(0, -1).entries()) issuers.push(authority(index + 1, said, issuers[index]))
  const last = issuers.length
  const said = below[last - 1]
  const issuer = issuers[last - 1]
  const subject = said.isSelfIssued === true ? issuer.certificate.subject.raw : 'client'
  const leaf = mintClient(issuer, { subject, keys: keys[7], ...at, extensions: [basicConstraints(false), keyUsage('digitalSignature'), ...identified(last), ...policyExtensions(said)] })
  return { anchor: anchor.certificate, intermediates: issuers.slice(1).map(({ certificate }) => certificate), leaf: leaf.certificate }
}

export const now = new Date('2030-06-15T12:00:00Z')
