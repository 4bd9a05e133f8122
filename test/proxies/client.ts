import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { connect, type SecureVersion, type TLSSocket } from 'node:tls'
import type { Cast, Role } from './cast.js'

export interface Way {
  readonly http: '1.1' | '2'
  readonly tls: SecureVersion
  readonly resumed: boolean
}

export const nameOf = ({ http, tls, resumed }: Way): string => `HTTP/${http} over ${resumed ? 'resumed ' : ''}${tls}`

export interface Question {
  path: string
  method?: string
  /** As they are to be written, also several of one name. */
  fields?: ReadonlyArray<readonly [string, string]>
  body?: string
}

/** What a caller can see of an answer, but for what is the proxy's own. */
export interface Answer { status: number | undefined, challenge: unknown, body: unknown }

/** Somebody who talks to one server in one way. Each question has a connection of its own, unless `askAll` is used. */
export class Client {
  readonly #authority: string
  readonly #port: number
  readonly #role: Pick<Role, 'client' | 'chain'>
  readonly #way: Way
  #session: Buffer | undefined
  /** How many of its connections were resumed ones. */
  resumptions = 0

  constructor ({ serverAuthority }: Cast, port: number, role: Pick<Role, 'client' | 'chain'>, way: Way) {
    this.#authority = serverAuthority.pem
    this.#port = port
    this.#role = role
    this.#way = way
  }

  /** A session of TLS 1.3 comes behind the first answer, so that one is asked for. */
  async ask (question: Question): Promise<Answer> {
    if (this.#way.resumed && this.#session === undefined) await this.#askOnce({ path: '/who' })
    return this.#askOnce(question)
  }

  async #askOnce (question: Question): Promise<Answer> {
    const [answer] = await this.askAll([question])
    return answer
  }

  /** Several questions over one connection, as long as the server keeps it. */
  askAll (questions: readonly Question[]): Promise<Answer[]> {
    return this.#way.http === '2' ? talkHttp2(this, questions) : talkHttp1(this, questions)
  }

  async connect (): Promise<TLSSocket> {
    const { http, tls, resumed } = this.#way
    const { client, chain = [] } = this.#role
    const socket = connect({
      host: '127.0.0.1',
      port: this.#port,
      servername: 'localhost',
      ca: this.#authority,
      ...(client && { key: client.key, cert: [client, ...chain].map(({ pem }) => pem).join('') }),
      minVersion: tls,
      maxVersion: tls,
      ALPNProtocols: [http === '2' ? 'h2' : 'http/1.1'],
      session: resumed ? this.#session : undefined
    })
    socket.on('session', (session) => { this.#session = session })
    await once(socket, 'secureConnect')
    if (socket.isSessionReused()) this.resumptions++
    return socket
  }
}

/** How a connection ends on which nothing is said: by the alert of the server's TLS. */
export async function ending (client: Client): Promise<string> {
  try {
    const socket = await client.connect()
    socket.resume().setTimeout(600_000, () => socket.destroy())
    await once(socket, 'close')
    return 'none'
  } catch (error) {
    // What comes in front differs between versions of OpenSSL.
    return (error as { code: string }).code.replace(/^.*_ALERT_/, '')
  }
}

async function talkHttp1 (client: Client, questions: readonly Question[]): Promise<Answer[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  Object.assign(agent, { createConnection: (_options: unknown, found: Function) => { client.connect().then((socket) => found(null, socket), (error) => found(error)) } })
  const answers: Answer[] = []
  try {
    for (const question of questions) answers.push(await askHttp1(agent, question))
  } finally {
    agent.destroy()
  }
  return answers
}

function askHttp1 (agent: Agent, { path, method = 'GET', fields = [], body }: Question): Promise<Answer> {
  const connection = fields.some(([name]) => name.toLowerCase() === 'connection') ? [] : ['Connection', 'keep-alive']
  const content = body === undefined ? [] : ['Content-Type', 'text/plain', 'Content-Length', String(Buffer.byteLength(body))]
  return new Promise((resolve, reject) => {
    const sent = request({ agent, path, method, headers: ['Host', 'localhost', ...connection, ...content, ...fields.flat()] }, async (response) => {
      let text = ''
      for await (const part of response.setEncoding('utf8')) text += part
      resolve({ status: response.statusCode, challenge: response.headers['www-authenticate'], body: parse(text) })
    })
    sent.on('error', reject).end(body)
  })
}

async function talkHttp2 (client: Client, questions: readonly Question[]): Promise<Answer[]> {
  const socket = await client.connect()
  const session = connectHttp2('https://localhost', { createConnection: () => socket })
  const broken = new Promise<never>((_resolve, reject) => { session.on('error', reject) })
  const answers: Answer[] = []
  for (const { path, method = 'GET', fields = [], body } of questions) {
    const headers: Record<string, string[]> = {}
    for (const [name, value] of fields) (headers[name.toLowerCase()] ??= []).push(value)
    const stream = session.request({ ':path': path, ':method': method, ...(body !== undefined && { 'content-type': 'text/plain' }), ...headers })
    const answered = once(stream, 'response')
    stream.end(body)
    const [answer] = await Promise.race([answered, broken])
    let text = ''
    for await (const part of stream.setEncoding('utf8')) text += part
    answers.push({ status: answer[':status'], challenge: answer['www-authenticate'], body: parse(text) })
  }
  session.close()
  return answers
}

function parse (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return text
    throw error
  }
}
