import type { FastifyBaseLogger, FastifyInstance, RouteOptions } from 'fastify'
import { writeYaml } from './yaml.js'

/**
 * Says in the documents of `@fastify/swagger` which routes need a client certificate: the security scheme `mutualTLS` of
 * OpenAPI 3.1 (section 4.8.27), beside what else they need.
 *
 * Its generator fails on a scheme that the application's own `components` do not have, and has no place where another
 * plugin could add one. So routes are marked in their schema, where the application's own transforms carry the mark along
 * as they do any extension, and the marks of the finished document are replaced.
 */

const mark = 'x-client-certificate'
const scheme = 'mutualTLS'

type Fields = Readonly<Record<string, unknown>>
type SecurityRequirement = Readonly<Record<string, readonly string[]>>
type Generate = (options?: { yaml?: boolean }) => unknown

/** To be called for each route that needs a certificate, when it is declared. */
export function showInOpenApi (app: FastifyInstance, route: RouteOptions): void {
  if (!app.hasPlugin('@fastify/swagger') || !app.hasDecorator('swagger')) return
  route.schema = Object.assign({}, route.schema, { [mark]: true })
  const owner = ownerOf(app)
  if (replaced.has(owner.swagger)) return
  owner.swagger = replaceMarks(owner.swagger, app.log)
  replaced.add(owner.swagger)
}

const replaced = new WeakSet<Generate>()

/** Scopes inherit the function from the one that registered `@fastify/swagger`. */
function ownerOf (app: object): { swagger: Generate } {
  return Object.hasOwn(app, 'swagger') ? app as { swagger: Generate } : ownerOf(Object.getPrototypeOf(app))
}

function replaceMarks (generate: Generate, log: FastifyBaseLogger): Generate {
  const known = new WeakMap<object, Fields>()
  return (options) => {
    const marked = generate()
    if (!isObject(marked) || !operationsOf(marked).some(isMarked)) return generate(options)
    const document = known.get(marked) ?? documentOf(marked)
    if (!known.has(marked)) warnOfVersion(document, log)
    known.set(marked, document)
    return options?.yaml ? writeYaml(document) : document
  }
}

// The version stays as it is: `@fastify/swagger` has written every schema for it.
function warnOfVersion ({ openapi }: Fields, log: FastifyBaseLogger): void {
  if (typeof openapi !== 'string' || !openapi.startsWith('3.0')) return
  log.warn(`OpenAPI ${openapi} has no security scheme of type mutualTLS, which the document shows: give @fastify/swagger openapi: { openapi: '3.1.0' }`)
}

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null

const isMarked = (operation: unknown): operation is Fields => isObject(operation) && Object.hasOwn(operation, mark)

function operationsOf ({ paths }: Fields): unknown[] {
  return Object.values(paths ?? {}).flatMap((item: Fields) => [...Object.values(item), ...Object.values(item.additionalOperations ?? {})])
}

/** The document with marks replaced; nothing of it is changed in place, for parts of it are the application's own. */
function documentOf (marked: Fields): Fields {
  const paths = mapValues(marked.paths as Fields, (item) => pathItemOf(item as Fields, marked))
  return marked.openapi === undefined ? { ...marked, paths } : { ...marked, components: componentsOf(marked.components as Fields), paths }
}

function componentsOf (components: Fields): Fields {
  return { ...components, securitySchemes: { [scheme]: { type: 'mutualTLS' }, ...components.securitySchemes as Fields } }
}

function pathItemOf (item: Fields, document: Fields): Fields {
  return mapValues(withMarkedHead(item), (value, name) => name === 'additionalOperations' ? pathItemOf(value as Fields, document) : operationOf(value, document))
}

/** `@fastify/swagger` gives the HEAD route that was made from a GET route an `operationId` of its own, on a copy that may be older than the mark. */
function withMarkedHead (item: Fields): Fields {
  const { get, head } = item
  if (!isMarked(get) || !isObject(head) || head.operationId !== `${get.operationId}-head`) return item
  return { ...item, head: { ...head, [mark]: true } }
}

// Swagger 2.0 knows no such scheme.
function operationOf (operation: unknown, document: Fields): unknown {
  if (!isMarked(operation)) return operation
  const { [mark]: _, ...rest } = operation
  const security = (rest.security ?? document.security ?? []) as readonly SecurityRequirement[]
  return document.openapi === undefined ? rest : { ...rest, security: alsoCertificate(security) }
}

/** A list holds alternatives, and each may need several schemes at once: the certificate is needed with every one. */
function alsoCertificate (alternatives: readonly SecurityRequirement[]): readonly SecurityRequirement[] {
  return alternatives.length === 0 ? [{ [scheme]: [] }] : alternatives.map((each) => ({ [scheme]: [], ...each }))
}

const mapValues = (fields: Fields, map: (value: unknown, name: string) => unknown): Fields =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, map(value, name)]))
