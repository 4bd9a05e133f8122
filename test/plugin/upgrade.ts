import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { WebSocket } from 'ws'
import { tlsOptions, type World } from '../helpers/application.js'
import type { Minted } from '../helpers/mint.js'

export interface Upgrade { status: number, headers?: Record<string, unknown>, body?: any, said?: any, socket?: WebSocket }

interface Test { teardown (end: () => unknown): void }

export const addressOf = (app: FastifyInstance): string => `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`

/** Tries to open a WebSocket: what the server answered instead, or the first message, which is JSON. */
export async function upgrade (t: Test, world: World, port: number, path: string, client?: Minted, headers: Record<string, string> = {}): Promise<Upgrade> {
  const socket = new WebSocket(`wss://127.0.0.1:${port}${path}`, { ...tlsOptions(world, { client }), headers, checkServerIdentity: () => undefined } as object)
  t.teardown(() => socket.terminate())
  const refused = new Promise<Upgrade>((resolve, reject) => socket.on('error', reject).on('unexpected-response', (_request, response) => {
    let text = ''
    response.setEncoding('utf8').on('data', (part: string) => { text += part })
    response.on('end', () => resolve({ status: response.statusCode as number, headers: response.headers, body: JSON.parse(text) }))
  }))
  const opened = once(socket, 'message').then(([message]) => ({ status: 101, said: JSON.parse(String(message)), socket }))
  return Promise.race([refused, opened])
}
