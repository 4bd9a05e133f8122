import type { Attribute, DistinguishedName } from './distinguished-name.js'

export const formatDistinguishedName = (name: DistinguishedName): string =>
  [...name.relativeDistinguishedNames].reverse().map((set) => set.map(formatAttribute).join('+')).join(',')

const formatAttribute = (attribute: Attribute) => `${attribute.name}=${attribute.value}`
