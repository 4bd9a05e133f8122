import { InvalidArgumentError, Option, type Command } from 'commander'
import type { NameConstraintsText, NameSubtreeText } from '../certificate/index.js'

/** The names that certificates below a new authority may have. */
export interface ConstraintOptions {
  readonly permit?: readonly NameSubtreeText[]
  readonly exclude?: readonly NameSubtreeText[]
}

const types: ReadonlyMap<string, NameSubtreeText['type']> = new Map([
  ['dns', 'dNSName'], ['email', 'rfc822Name'], ['ip', 'iPAddress'], ['uri', 'uniformResourceIdentifier'], ['name', 'directoryName']
])

export function addConstraintOptions (command: Command): Command {
  const forms = 'dns:example.com, email:example.com, ip:10.0.0.0/8, uri:example.com, name:O=Example'
  return command
    .addOption(new Option('--permit <subtree>', `of this kind only these names may stand below it: ${forms} (may be repeated)`).argParser(collectSubtree))
    .addOption(new Option('--exclude <subtree>', 'these names may not (may be repeated)').argParser(collectSubtree))
}

function collectSubtree (text: string, found: readonly NameSubtreeText[] = []): readonly NameSubtreeText[] {
  const [, kind, value] = /^([a-z]+):([^]*)$/.exec(text) ?? []
  const type = types.get(kind)
  if (type === undefined) throw new InvalidArgumentError(`It begins with ${[...types.keys()].map((each) => `${each}:`).join(', ')}.`)
  return [...found, { type, value }]
}

export const constraintsOf = ({ permit, exclude }: ConstraintOptions): NameConstraintsText | undefined =>
  permit === undefined && exclude === undefined ? undefined : { ...(permit && { permitted: permit }), ...(exclude && { excluded: exclude }) }
