import t from 'tap'

// tap's loader for TypeScript does not resolve the paths that NestJS imports, so these tests run in a process of their own. What
// tap sets for each process would have its lines counted, which are compiled in another way.
const unwatched = 'unset NODE_OPTIONS NODE_V8_COVERAGE; exec "$@"'
t.setTimeout(900_000)
t.spawn('sh', ['-c', unwatched, 'sh', process.execPath, '--import', 'tsx', 'test/plugin/nest.ts'], {}, 'NestJS')
