import { randomBytes } from 'node:crypto'
import { controlField, judgeAnswer, ofField, type Baseline, type Finding } from './arrival.js'
import { Misuse } from './failure.js'
import { forgeriesOf, headerOf, type Forgery, type HttpVersion } from './forged-fields.js'
import { ask, offersHttp2, type Answer, type Target } from './probe.js'
import { checkOpen, expectHeader, type Field } from './received-header.js'

export interface Examination {
  readonly httpVersions: readonly HttpVersion[]
  /** Of the fields, those that the proxy sets where nothing is forged. */
  readonly own: readonly Field[]
  /** False where the proxy takes away a field that means nothing, too. */
  readonly passesControl: boolean
  readonly findings: readonly Finding[]
}

// Enough for all fields of all kinds, and twice as many of the owner's own.
const mostRequests = 1000

// So many at once that a slow connection does not matter, and so few that nobody takes them for an attack.
const atOnce = 4

// As hexadecimal text: no proxy has a reason to write it in another way.
const newToken = (): string => randomBytes(12).toString('hex')

/**
 * Sends these fields, forged in every spelling, over each version of HTTP that is spoken there.
 * @throws Failure nothing can be told: there is no connection, or no endpoint that answers with the header it received
 * @throws Misuse these are too many
 */
export async function examine (target: Target, fields: readonly string[]): Promise<Examination> {
  const plan = (httpVersion: HttpVersion) => forgeriesOf(fields, httpVersion, newToken)
  const most = plan('HTTP/1.1').length + plan('HTTP/2').length
  if (most > mostRequests) throw new Misuse(`these would be ${most} requests, more than ${mostRequests}`, 'check fewer fields at once')
  const first = await examineOver(target, fields, 'HTTP/1.1', plan('HTTP/1.1'))
  if (!await offersHttp2(target)) return { httpVersions: ['HTTP/1.1'], ...first }
  const second = await examineOver(target, fields, 'HTTP/2', plan('HTTP/2'))
  return {
    httpVersions: ['HTTP/1.1', 'HTTP/2'],
    own: first.own,
    passesControl: first.passesControl && second.passesControl,
    findings: [...first.findings, ...second.findings]
  }
}

async function examineOver (target: Target, fields: readonly string[], httpVersion: HttpVersion, forgeries: readonly Forgery[]): Promise<Omit<Examination, 'httpVersions'>> {
  const baseline = await findBaseline(target, fields, httpVersion)
  const findings = await inParallel(forgeries, async (forgery, stop) => {
    const { answer, control } = await askWith(target, httpVersion, headerOf(forgery), stop)
    if (answer !== undefined) checkOpen(target.url, answer)
    return judgeAnswer(forgery, answer, control, baseline)
  })
  // Whoever has had enough of requests in between has refused them for that, and not for what was in them.
  await findBaseline(target, fields, httpVersion)
  return { ...baseline, findings }
}

async function findBaseline (target: Target, fields: readonly string[], httpVersion: HttpVersion): Promise<Baseline> {
  const { answer, control } = await askWith(target, httpVersion, [], new AbortController().signal)
  const header = expectHeader(target.url, httpVersion, answer)
  return { own: fields.flatMap((field) => ofField(header, field)), passesControl: header.some(({ value }) => value === control) }
}

async function askWith (target: Target, httpVersion: HttpVersion, header: readonly string[], stop: AbortSignal): Promise<{ answer: Answer | undefined, control: string }> {
  const control = newToken()
  const answer = await ask(target, httpVersion, ['User-Agent', 'client-certificate proxy-check', 'Cache-Control', 'no-store', controlField, control, ...header], stop)
  return { answer, control }
}

/** Some at a time, in order; where one fails, those that are under way are stopped. */
async function inParallel<Item, Value> (items: readonly Item[], work: (item: Item, stop: AbortSignal) => Promise<Value>): Promise<Value[]> {
  const stopping = new AbortController()
  const values: Value[] = []
  const waiting = items.entries()
  const worker = async () => { for (const [index, item] of waiting) values[index] = await work(item, stopping.signal) }
  try {
    await Promise.all(Array.from({ length: atOnce }, worker))
  } finally {
    stopping.abort()
  }
  return values
}
