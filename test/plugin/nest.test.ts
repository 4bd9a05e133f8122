import t from 'tap'

// tap's loader for TypeScript does not resolve the paths that NestJS imports, so these tests run in a process of their own.
const { NODE_OPTIONS, NODE_V8_COVERAGE, ...env } = process.env
t.setTimeout(900_000)
t.spawn(process.execPath, ['--import', 'tsx', 'test/plugin/nest.ts'], { env }, 'NestJS')
