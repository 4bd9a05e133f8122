import { formats, type ProxyKind } from '../../lib/forwarding/index.js'
import type { HeaderForwarding } from '../../lib/plugin/forwarding-options.js'
import type { Minted } from '../helpers/mint.js'
import type { Question } from './client.js'

const base64 = ({ der }: Minted): string => der.toString('base64')
const byteSequence = (minted: Minted): string => `:${base64(minted)}:`
const escaped = ({ pem }: Minted): string => encodeURIComponent(pem)

/** As an honest proxy of each kind would write it. */
const write: Record<ProxyKind, (minted: Minted) => string> = {
  rfc9440: byteSequence,
  nginx: escaped,
  haproxy: base64,
  apache: ({ pem }) => pem.trim().replaceAll('\n', ' '),
  caddy: base64,
  traefik: base64,
  envoy: (minted) => `Cert="${escaped(minted)}"`,
  'aws-alb': escaped,
  cloudflare: base64,
  cloudfront: escaped,
  azure: base64,
  google: byteSequence
}

interface Field { readonly name: string, readonly values: readonly string[] }

/** Every field that a client might hope is believed, with what it would have to say. */
function fieldsOf (forwarding: HeaderForwarding, other: Minted): Field[] {
  const own = write[forwarding.from](other)
  const verdicts = ['SUCCESS', 'NONE']
  return [
    ...Object.entries(formats).flatMap(([kind, { fields, chainField, verdictField }]) => [
      ...fields.map((name) => ({ name, values: [own, write[kind as ProxyKind](other)] })),
      ...[chainField].map((name) => ({ name, values: [own, byteSequence(other)] })),
      ...[verdictField].map((name) => ({ name, values: verdicts }))
    ]),
    { name: forwarding.header, values: [own] },
    { name: forwarding.chainHeader, values: [own] },
    { name: forwarding.verdictHeader, values: verdicts }
  ].flatMap(({ name, values }) => name === undefined ? [] : [{ name, values: [...new Set(values)] }])
}

/** A name with every choice of underscores for its hyphens; the name itself is the first. */
function spellings (name: string): string[] {
  const [first, ...others] = name.split('-')
  return others.reduce((found, part) => found.flatMap((text) => [`${text}-${part}`, `${text}_${part}`]), [first])
}

const titled = (name: string): string => name.replace(/(^|[-_])([a-z])/g, (found) => found.toUpperCase())

const inHttp1 = ({ name, values }: Field): Question['fields'][] => [
  ...spellings(name).flatMap((spelling) => [spelling, spelling.toUpperCase(), titled(spelling)]).map((spelling) => [[spelling, values[0]]] as const),
  ...values.slice(1).map((value) => [[name, value]] as const),
  ...values.map((value) => [[name, value], [titled(name), value]] as const),
  [[name, values[0]], ['Connection', `keep-alive, ${name}`]],
  [['connection', `${titled(name)},keep-alive`]],
  [['Connection', 'keep-alive'], ['Connection', name.toUpperCase()]]
]

// Names are in lower case there, and Connection is not allowed.
const inHttp2 = ({ name, values }: Field): Question['fields'][] => [
  ...spellings(name).map((spelling) => [[spelling, values[0]]] as const),
  ...values.slice(1).map((value) => [[name, value]] as const),
  ...values.map((value) => [[name, value], [name, value]] as const)
]

/** What a forger sends: fields of a request each. */
export function forgeries (forwarding: HeaderForwarding, other: Minted, http: '1.1' | '2'): Array<NonNullable<Question['fields']>> {
  const fields = fieldsOf(forwarding, other)
  const all = fields.flatMap((field) => http === '2' ? inHttp2(field) : inHttp1(field)) as Array<NonNullable<Question['fields']>>
  const known = new Map(all.map((each) => [JSON.stringify(each), each]))
  return [...known.values()]
}

/** As the proxy itself would write it. */
export const honest = (forwarding: Pick<HeaderForwarding, 'from' | 'header' | 'verdictHeader'>, other: Minted): NonNullable<Question['fields']> => [
  [forwarding.header ?? formats[forwarding.from].fields[0], write[forwarding.from](other)],
  ...[forwarding.verdictHeader ?? formats[forwarding.from].verdictField].flatMap((name) => name === undefined ? [] : [[name, 'SUCCESS'] as const])
]
