import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import {
  authorityKeyIdentifierExtension, contextTag, cRLNumberExtension, extensionTypes, keyIdentifierOf, write, writeGeneralName, writeSequence, type Certificate, type EntryToWrite,
  type Extension
} from '../../lib/certificate/index.js'
import { CertificateLists, type CertificateListOptions, type CertificateListSurroundings, type ReportedEvent } from '../../lib/revocation/index.js'
import { mintAuthority, mintClient, type Minted } from '../helpers/mint.js'
import { signedList } from '../certificate/raw-certificate-list.js'

export const day = 24 * 60 * 60 * 1000

/** The instant at which everything here begins. */
export const start = Date.parse('2026-03-01T00:00:00Z')

export const authority = mintAuthority({ subject: 'Lists CA' })
export const stranger = mintAuthority({ subject: 'Strange CA' })

export interface ListFields {
  number?: bigint
  by?: Minted
  thisUpdate?: Date
  nextUpdate?: Date
  revoked?: Iterable<EntryToWrite>
  extensions?: readonly Extension[]
}

/** The DER of a list, of the authority unless another is named, current for a day. */
export function listOf ({ number = 1n, by = authority, thisUpdate = new Date(start), nextUpdate = new Date(start + day), revoked = [], extensions = [] }: ListFields = {}): Buffer {
  return signedList({
    privateKey: by.privateKey,
    issuer: by.certificate.subject.raw,
    thisUpdate,
    nextUpdate,
    revoked,
    extensions: [authorityKeyIdentifierExtension(keyIdentifierOf(by.certificate.subjectPublicKeyInfo)), cRLNumberExtension(number), ...extensions]
  })
}

/** Many entries: more octets than are read on the event loop. */
export const many = (count: number): EntryToWrite[] =>
  Array.from({ length: count }, (_, index) => ({ serialNumber: (0x40000000 + index).toString(16), revocationDate: new Date(start), reason: 'keyCompromise' }))

/** A verified path of a client whose certificate has these distribution points: each one URL, or several that are as good. */
export function pathNaming (points: ReadonlyArray<string | readonly string[]>, issuer = authority): readonly Certificate[] {
  const { certificate } = mintClient(issuer, { extensions: points.length === 0 ? [] : [distributionPoints(points)] })
  return certificate.along([issuer.certificate]).path!
}

const distributionPoints = (points: ReadonlyArray<string | readonly string[]>): Extension => ({
  type: extensionTypes.cRLDistributionPoints,
  critical: false,
  value: writeSequence(...points.map((urls) => writeSequence(write(contextTag(0, true), write(contextTag(0, true), ...[urls].flat().map(generalName))))))
})

const generalName = (url: string) => writeGeneralName({ type: 'uniformResourceIdentifier', value: url })

export interface ListServer {
  readonly url: string
  readonly host: string
  /** What it answers by path; anything else is 404. */
  readonly answers: Map<string, Buffer>
  /** The paths that were asked for, in order. */
  readonly asked: string[]
  readonly connections: () => number
  /** As long as this is pending, nothing is answered. */
  gate: Promise<unknown>
}

export async function listServer (t: Test, answers: Record<string, Buffer> = {}): Promise<ListServer> {
  let connections = 0
  const server = createServer(async (request, response) => {
    const path = request.url as string
    scene.asked.push(path)
    await scene.gate
    const answer = scene.answers.get(path)
    if (answer === undefined) response.statusCode = 404
    response.end(answer)
  })
  server.on('connection', () => connections++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => { server.closeAllConnections(); server.close() })
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const scene: ListServer = { url: `http://${host}`, host, answers: new Map(Object.entries(answers)), asked: [], connections: () => connections, gate: Promise.resolve() }
  return scene
}

export interface Timer {
  readonly delay: number
  readonly action: () => void
  /** Of the wall clock, at which it ends if the delay has not yet. */
  readonly instant: number | undefined
  isCancelled: boolean
}

/** A clock that stands, timers that fire when they are told to, and everything that was reported. */
export function surroundings (issuers: readonly Certificate[] = [authority.certificate]) {
  const scene = {
    at: start,
    chance: 0,
    changes: 0,
    issuers,
    events: [] as ReportedEvent[],
    timers: [] as Timer[],
    now: () => scene.at,
    elapsed: () => scene.at,
    random: () => scene.chance,
    changed: () => { scene.changes++ },
    report: (event: ReportedEvent) => { scene.events.push(event) },
    after (delay: number, action: () => void, instant?: number) {
      const timer = { delay, action, instant, isCancelled: false }
      scene.timers.push(timer)
      return () => { timer.isCancelled = true }
    },
    get messages () { return scene.events.map(({ message }) => message) },
    /** Those that wait. */
    get waiting () { return scene.timers.filter(({ isCancelled }) => !isCancelled).map(({ delay }) => delay) },
    /** The only timer that waits comes to its end, and so does what it begins. */
    async fire (until: () => boolean) {
      const [timer, ...others] = scene.timers.filter(({ isCancelled }) => !isCancelled)
      if (timer === undefined || others.length > 0) throw new Error(`${others.length + 1} timers wait`)
      timer.isCancelled = true
      scene.at += timer.delay
      timer.action()
      await waitFor(until)
    }
  }
  return scene
}

/** Until something that is under way has come to its end. */
export async function waitFor (until: () => boolean): Promise<void> {
  while (!until()) await new Promise((resolve) => setTimeout(resolve, 2))
}

export async function openLists (t: Test, options: CertificateListOptions, scene: CertificateListSurroundings): Promise<CertificateLists> {
  const lists = await CertificateLists.open(options, scene)
  t.teardown(() => lists.close())
  return lists
}

export const rawOf = ({ lists }: CertificateLists): Buffer[] => lists.map(({ raw }) => raw)
