// `node --import tsx --import ./test/helpers/fastify-6.mjs FILE` runs a test file with Fastify 6 in the place of Fastify 5.
import { register } from 'node:module'

const resolve = (specifier, context, next) => next(specifier === 'fastify' ? 'fastify6' : specifier, context)

register(`data:text/javascript,export const resolve = ${encodeURIComponent(resolve.toString())}`)
