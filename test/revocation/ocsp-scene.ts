import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { authorityInfoAccessExtension, writeSequence, type Certificate } from '../../lib/certificate/index.js'
import { OcspClient, type OcspOptions, type OcspSurroundings, type ReportedEvent } from '../../lib/revocation/index.js'
import { nonceOf, ocspExtensionsOf, signedOcspResponse, singleOf, timeOf, type RawResponseFields, type RawSingle } from '../certificate/raw-ocsp-response.js'
import { mintAuthority, mintClient, type Minted } from '../helpers/mint.js'

export const authority = mintAuthority()
export const client = mintClient(authority)
export const start = Math.floor(Date.now() / 1000) * 1000

/** A client's certificate that names these URLs for OCSP. */
export const clientNaming = (...ocsp: string[]): Minted => mintClient(authority, { extensions: [authorityInfoAccessExtension({ ocsp })] })

/** What a responder says, and in which way; the nonce is that of the request. */
export interface Answer extends Partial<RawSingle> { issuer?: Minted, signer?: Minted, of?: Certificate, nonce?: Buffer | null, fields?: Partial<RawResponseFields> }

/** The nonce of a request: the only OCTET STRING of 32 octets in it. */
export function nonceIn (request: Buffer): Buffer | undefined {
  const at = request.indexOf(Buffer.from([0x04, 0x20]))
  return at === -1 ? undefined : request.subarray(at + 2, at + 34)
}

export function answerTo (request: Buffer, now: number, { issuer = authority, signer = issuer, of = client.certificate, nonce = nonceIn(request), fields, ...single }: Answer = {}): Buffer {
  return signedOcspResponse(signer, {
    producedAt: timeOf(new Date(now)),
    responses: writeSequence(singleOf(of, issuer.certificate, new Date(now), single)),
    ...(nonce && { responseExtensions: ocspExtensionsOf(nonceOf(nonce)) }),
    ...fields
  })
}

export interface Asked { method?: string, url?: string, headers: IncomingMessage['headers'], body: Buffer }

/** A responder on the loopback that says what `say` gives: octets, or whatever it does with the response itself. */
export async function responder (t: Test, say: (request: Buffer, response: ServerResponse, count: number) => Buffer | undefined) {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const body = Buffer.concat(parts)
    asked.push({ method: request.method, url: request.url, headers: request.headers, body })
    const octets = say(body, response, asked.length)
    if (octets !== undefined) response.setHeader('content-type', 'application/ocsp-response').end(octets)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => { server.closeAllConnections(); server.close() }
  t.teardown(close)
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/`, host: `127.0.0.1:${port}`, asked, close }
}

/** A client whose time stands still until it is moved; then what was to be called back by then is called. */
export function ocspClient (t: Test, options: OcspOptions, others: Partial<OcspSurroundings> = {}) {
  const reports: ReportedEvent[] = []
  const changes: Certificate[] = []
  const timers = new Set<{ at: number, action: () => void }>()
  const state = { now: start }
  const ocsp = new OcspClient(options, {
    now: () => state.now,
    elapsed: () => state.now,
    report: (event) => reports.push(event),
    changed: (certificate) => changes.push(certificate),
    random: () => 0,
    after: (milliseconds, action) => {
      const timer = { at: state.now + milliseconds, action }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    ...others
  })
  t.teardown(() => ocsp.close())
  const move = (milliseconds: number) => {
    state.now += milliseconds
    for (const timer of [...timers]) {
      if (timer.at <= state.now && timers.delete(timer)) timer.action()
    }
  }
  const statuses = ({ certificate }: Minted = client) => ocsp.responsesFor(certificate, authority.certificate).map((each) => each.basicResponse!.responses[0].certStatus)
  const ask = ({ certificate }: Minted = client) => ocsp.askFor(certificate, authority.certificate)
  return { ocsp, reports, changes, timers, move, ask, statuses, now: () => state.now, messages: () => reports.map(({ message }) => message) }
}

/** Waits for what is to come soon; where it does not come, the test runs out of its time. */
export async function until (isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate)
}
