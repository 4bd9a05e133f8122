import type { Forgery } from './forged-fields.js'
import type { Answer } from './probe.js'
import { receivedHeader, type Field } from './received-header.js'

export type Outcome = 'taken away' | 'replaced' | 'refused' | 'arrives' | 'arrives changed' | 'unclear'

/** What became of a forged field. */
export interface Finding {
  readonly forgery: Forgery
  readonly outcome: Outcome
  /** The same in words, with what there is to see. */
  readonly text: string
  readonly status?: number
  /** The fields in which something of it arrived. */
  readonly arrived: readonly Field[]
}

/** What arrives where nothing is forged. */
export interface Baseline {
  /** Of the fields that are forged, those that the proxy sets. */
  readonly own: readonly Field[]
  /** Whether a field that means nothing arrives. */
  readonly passesControl: boolean
}

/** The field that each request has besides, and that means nothing; its value is another one each time. */
export const controlField = 'X-Proxy-Check'

export const isArrival = ({ outcome }: Finding): boolean => outcome === 'arrives' || outcome === 'arrives changed'

/** The name that servers in front may take it for. */
const baseName = (name: string): string => name.toLowerCase().replaceAll('_', '-')

export const ofField = (header: readonly Field[], field: string): readonly Field[] => header.filter(({ name }) => baseName(name) === field)

// Too many requests: that says nothing of this one.
const tooMany = 429

/** `control` is the value of the control field in this request. */
export function judgeAnswer (forgery: Forgery, answer: Answer | undefined, control: string, baseline: Baseline): Finding {
  if (answer === undefined) return { forgery, outcome: 'refused', text: 'refused by closing the connection', arrived: [] }
  const { status } = answer
  if (status >= 400 && status < 500 && status !== tooMany) return { forgery, outcome: 'refused', text: `refused with ${status}`, status, arrived: [] }
  const header = receivedHeader(answer)
  if (header === undefined) return { forgery, outcome: 'unclear', text: `unclear: answered with ${status}`, status, arrived: [] }
  if (baseline.passesControl && !header.some(({ value }) => value === control)) return { forgery, outcome: 'unclear', text: 'unclear: the answer is that to another request', status, arrived: [] }
  return { forgery, status, ...judgeHeader(forgery, header, baseline) }
}

function judgeHeader (forgery: Forgery, header: readonly Field[], { own }: Baseline): Pick<Finding, 'outcome' | 'text' | 'arrived'> {
  const arrived = header.filter(({ value }) => forgery.tokens.some((token) => value.toLowerCase().includes(token)))
  if (arrived.length > 0) return judgeArrived(forgery, arrived)
  if (ofField(header, forgery.field).length > 0) return { outcome: 'replaced', text: 'replaced by the proxy\'s own', arrived }
  return { outcome: 'taken away', text: ofField(own, forgery.field).length > 0 ? 'taken away, and the proxy\'s own with it' : 'taken away', arrived }
}

function judgeArrived ({ name, tokens }: Forgery, arrived: readonly Field[]): Pick<Finding, 'outcome' | 'text' | 'arrived'> {
  const isAsSent = (field: Field) => field.name.toLowerCase() === name.toLowerCase() && tokens.includes(field.value)
  if (arrived.length === tokens.length && arrived.every(isAsSent)) return { outcome: 'arrives', text: 'arrives', arrived }
  const seen = arrived.map((field) => `${field.name.toLowerCase()}: ${excerpt(field.value, tokens)}`)
  return { outcome: 'arrives changed', text: `arrives changed: ${seen.join(', ')}`, arrived }
}

const charactersAround = 24

/** A value with what was forged in it, and a little of what stands around. */
function excerpt (value: string, tokens: readonly string[]): string {
  const text = tokens.reduce((shown, token) => shown.replace(new RegExp(token, 'gi'), 'FORGED'), value)
  const [start, end] = [text.indexOf('FORGED') - charactersAround, text.lastIndexOf('FORGED') + 'FORGED'.length + charactersAround]
  return `${start > 0 ? '…' : ''}${text.slice(Math.max(start, 0), end)}${end < text.length ? '…' : ''}`
}
