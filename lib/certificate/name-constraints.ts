import { contents, contextTag, expect, Fields, malformed, readMembers, readWhole, tags, type Element } from './der.js'
import { generalName, type GeneralName } from './general-name.js'

export interface GeneralSubtree {
  readonly base: NameConstraintBase
}

/** As a GeneralName, but for an iPAddress: there the base is an address and a mask. */
export type NameConstraintBase = Exclude<GeneralName, { type: 'iPAddress' }> | { readonly type: 'iPAddress', readonly octets: Buffer }

export interface NameConstraints {
  readonly permittedSubtrees: readonly GeneralSubtree[] | undefined
  readonly excludedSubtrees: readonly GeneralSubtree[] | undefined
}

export function readNameConstraints (value: Buffer): NameConstraints {
  const fields = new Fields(readWhole(value, tags.sequence, 'nameConstraints'), 'nameConstraints')
  const permitted = fields.optional(contextTag(0, true))
  const excluded = fields.optional(contextTag(1, true))
  fields.end()
  if (permitted === undefined && excluded === undefined) throw malformed('nameConstraints is empty')
  return Object.freeze({ permittedSubtrees: permitted && subtrees(permitted), excludedSubtrees: excluded && subtrees(excluded) })
}

const subtrees = (element: Element): readonly GeneralSubtree[] =>
  readMembers(element, 'GeneralSubtrees', subtree)

function subtree (element: Element): GeneralSubtree {
  const fields = new Fields(expect(element, tags.sequence, 'GeneralSubtree'), 'GeneralSubtree')
  const base = fields.takeAny('base')
  checkMinimum(fields.optional(contextTag(0)))
  // RFC 5280 forbids maximum.
  fields.end()
  return Object.freeze({ base: constraintBase(base) })
}

// RFC 5280 fixes it at 0, which DER leaves out; some CAs write it. Any other number would make another constraint.
function checkMinimum (element: Element | undefined): void {
  if (element === undefined) return
  if (element.end - element.from !== 1 || element.octets[element.from] !== 0) throw malformed('GeneralSubtree.minimum is not 0', element.start)
}

function constraintBase (base: Element): NameConstraintBase {
  if (base.tag !== contextTag(7)) return generalName(base) as NameConstraintBase
  const octets = contents(base)
  if (octets.length !== 8 && octets.length !== 32) throw malformed('iPAddress of nameConstraints is no address and mask', base.start)
  return Object.freeze({ type: 'iPAddress', octets })
}
