import { writeObjectIdentifier, writeSequence, extensionTypes, subjectAltNameExtension, type AttributeText, type Certificate, type Extension, type GeneralNameText } from '../../lib/certificate/index.js'
import { compilePolicy, judge, type Judgement, type Policy } from '../../lib/authorization/index.js'
import { extendedKeyUsage, mint, mintAuthority, newKeys, type MintOptions } from '../helpers/mint.js'

export const authority = mintAuthority({ subject: [['commonName', 'Test CA'], ['organizationName', 'Example']] })

const keys = newKeys()

/** A client's certificate, as it is once its path was verified. */
export const caller = (options: MintOptions = {}, anchor: Certificate = authority.certificate): Certificate =>
  mint({ issuer: authority, keys, ...options }).certificate.along([anchor])

export const named = (...subject: AttributeText[]): Certificate => caller({ subject })

export const withNames = (...names: GeneralNameText[]): Certificate =>
  caller({ extensions: [subjectAltNameExtension(names)] })

export const withPurposes = (...purposes: string[]): Certificate =>
  caller({ extensions: [extendedKeyUsage(...purposes)] })

export const certificatePolicies = (...types: string[]): Extension => ({
  type: extensionTypes.certificatePolicies,
  critical: false,
  value: writeSequence(...types.map((type) => writeSequence(writeObjectIdentifier(type))))
})

/** The judgement of a policy that has no need to wait. */
export function judged (policy: Policy, certificate: Certificate): Judgement {
  const judgement = judge(compilePolicy(policy, 'authorize'), certificate, undefined)
  if (judgement instanceof Promise) throw new Error('the judgement is a promise')
  return judgement
}

/** The judgement of a policy, waited for where it has to be. */
export const judgedLater = async (policy: Policy, certificate: Certificate, predicateTimeout?: number): Promise<Judgement> =>
  await judge(compilePolicy(policy, 'authorize', { predicateTimeout }), certificate, undefined)

export const permits = (policy: Policy, certificate: Certificate): boolean => judged(policy, certificate).permitted
