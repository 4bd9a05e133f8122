import { readFileSync } from 'node:fs'
import t from 'tap'
import { formats, type ProxyKind } from '../../lib/forwarding/index.js'
import { checkForwarding } from '../../lib/plugin/forwarding-options.js'
import { section } from '../helpers/walk.js'
import { guide, readForwarding } from './guide.js'

const names = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name)

t.test('the table of forms has every one that there is, with its fields', async (t) => {
  const rows = [...section(guide, 'Forms').matchAll(/^\| `((?!from)[^`]+)` \|([^|]*)\|([^|]*)\|([^|]*)\|/gm)]
  t.strictSame(rows.map(([, kind]) => kind).sort(), Object.keys(formats).sort())
  for (const [, kind, ...cells] of rows) {
    const { fields, chainField, verdictField, readChain } = formats[kind as ProxyKind]
    const [own, chain, verdict] = cells.map((cell) => names(cell).map((name) => name.toLowerCase()))
    t.strictSame([own, verdict], [fields, verdictField === undefined ? [] : [verdictField]], kind)
    t.strictSame(chain, chainField !== undefined ? [chainField] : readChain === undefined ? [] : ['chainheader'], `${kind}: the chain`)
  }
})

t.test('every option that the guide writes is one', async (t) => {
  const programs = [...readFileSync(guide, 'utf8').matchAll(/^ *forwarding: (\{.*\})(?: *\/\/.*)?$/gm)]
  t.ok(programs.length > 12, `${programs.length} of them`)
  for (const [, options] of programs) t.ok(checkForwarding(readForwarding(options)), options)
  const proxies = [...section(guide, 'Whose word counts').matchAll(/^trustedProxies: (.*?)(?: +\/\/.*)?$/gm)]
  t.equal(proxies.length, 4)
  for (const [, given] of proxies) t.ok(checkForwarding(readForwarding(`{ from: 'nginx', trustedProxies: ${given} }`)), given)
})
