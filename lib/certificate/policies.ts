import { contextTag, encoding, expect, Fields, malformed, readMembers, readObjectIdentifier, readSmallInteger, readWhole, tags, type Element } from './der.js'

export interface PolicyInformation {
  /** Dotted. */
  readonly policyIdentifier: string
  /** The DER of the qualifiers, not decoded. */
  readonly policyQualifiers: Buffer | undefined
}

export interface PolicyMapping {
  readonly issuerDomainPolicy: string
  readonly subjectDomainPolicy: string
}

export interface PolicyConstraints {
  readonly requireExplicitPolicy: number | undefined
  readonly inhibitPolicyMapping: number | undefined
}

export function readCertificatePolicies (value: Buffer): readonly PolicyInformation[] {
  const policies = readMembers(readWhole(value, tags.sequence, 'certificatePolicies'), 'certificatePolicies', policyInformation)
  const identifiers = new Set(policies.map((policy) => policy.policyIdentifier))
  if (identifiers.size !== policies.length) throw malformed('certificatePolicies names a policy twice')
  return policies
}

function policyInformation (element: Element): PolicyInformation {
  const fields = new Fields(expect(element, tags.sequence, 'PolicyInformation'), 'PolicyInformation')
  const policyIdentifier = readObjectIdentifier(fields.take(tags.objectIdentifier, 'policyIdentifier'))
  const qualifiers = fields.optional(tags.sequence)
  fields.end()
  return Object.freeze({ policyIdentifier, policyQualifiers: qualifiers && encoding(qualifiers) })
}

export function readPolicyMappings (value: Buffer): readonly PolicyMapping[] {
  return readMembers(readWhole(value, tags.sequence, 'policyMappings'), 'policyMappings', policyMapping)
}

function policyMapping (element: Element): PolicyMapping {
  const fields = new Fields(expect(element, tags.sequence, 'PolicyMapping'), 'PolicyMapping')
  const issuerDomainPolicy = readObjectIdentifier(fields.take(tags.objectIdentifier, 'issuerDomainPolicy'))
  const subjectDomainPolicy = readObjectIdentifier(fields.take(tags.objectIdentifier, 'subjectDomainPolicy'))
  fields.end()
  return Object.freeze({ issuerDomainPolicy, subjectDomainPolicy })
}

export function readPolicyConstraints (value: Buffer): PolicyConstraints {
  const fields = new Fields(readWhole(value, tags.sequence, 'policyConstraints'), 'policyConstraints')
  const explicit = fields.optional(contextTag(0))
  const mapping = fields.optional(contextTag(1))
  fields.end()
  if (explicit === undefined && mapping === undefined) throw malformed('policyConstraints is empty')
  return Object.freeze({
    requireExplicitPolicy: explicit && readSmallInteger(explicit, 'requireExplicitPolicy'),
    inhibitPolicyMapping: mapping && readSmallInteger(mapping, 'inhibitPolicyMapping')
  })
}

export const readInhibitAnyPolicy = (value: Buffer): number => readSmallInteger(readWhole(value, tags.integer, 'inhibitAnyPolicy'), 'inhibitAnyPolicy')
