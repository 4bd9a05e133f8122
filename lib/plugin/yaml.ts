/** Writes a JSON value as YAML 1.2, in block style; what JSON leaves out, as `undefined`, is left out. */
export function writeYaml (value: unknown): string {
  return `${linesOf(JSON.parse(JSON.stringify(value))).join('\n')}\n`
}

function linesOf (value: unknown): string[] {
  if (!isBlock(value)) return [flowOf(value)]
  if (Array.isArray(value)) return value.flatMap((each) => itemOf(linesOf(each)))
  return Object.entries(value).flatMap(([key, each]) => memberOf(`${flowOf(key)}:`, each))
}

const isBlock = (value: unknown): value is object => typeof value === 'object' && value !== null && Object.keys(value).length > 0

const itemOf = ([first, ...others]: string[]): string[] => [`- ${first}`, ...others.map(indented)]

const memberOf = (key: string, value: unknown): string[] =>
  isBlock(value) ? [key, ...linesOf(value).map(indented)] : [`${key} ${flowOf(value)}`]

const indented = (line: string): string => `  ${line}`

const plain = /^[A-Za-z/_$][\w./{}$-]*(?: [\w./(),'-]+)*$/

// Versions of YAML differ in which words are no texts, and some readers of 1.1 take an exponent alone for a number.
const reserved = /^(?:true|false|yes|no|on|off|y|n|null|e-?\d[\d_]*)$/i

// JSON allows these within a text, and YAML 1.1 takes some of them for the end of a line.
const unsafe = /[\u007f-\u009f\u2028\u2029\ufeff]/g

/** JSON is YAML; where it needs no quotes it goes without. */
function flowOf (value: unknown): string {
  if (typeof value === 'string' && plain.test(value) && !reserved.test(value)) return value
  return JSON.stringify(value).replace(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
