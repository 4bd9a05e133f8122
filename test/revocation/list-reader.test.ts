import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { MessageChannel, Worker } from 'node:worker_threads'
import t, { type Test } from 'tap'
import { readCertificateList, restoreCertificateList, writePem, type CertificateList } from '../../lib/certificate/index.js'
import { workerBeside, workerMark } from '../../lib/revocation/list-entry.js'
import { ListReader } from '../../lib/revocation/list-reader.js'
import { listsOf, serveLists, type ThreadAnswer, type ThreadPort } from '../../lib/revocation/list-thread.js'
import type { ReportedEvent } from '../../lib/revocation/index.js'
import { refusesOption } from '../helpers/option-error.js'
import { CertificateLists } from '../../lib/revocation/index.js'
import { listOf, many, openLists, stranger, surroundings } from './scene.js'

// Without what a test's runner starts its own threads with, which takes seconds.
const threadStart = { entry: new URL('thread-entry.mjs', import.meta.url), execArgv: [] }
const great = listOf({ revoked: many(9000) })
const small = listOf({ by: stranger })
const readerOf = (events: ReportedEvent[] = [], entry = threadStart.entry) => new ListReader((event) => { events.push(event) }, { ...threadStart, entry })

const same = (t: Test, list: CertificateList, der: Buffer) => {
  t.strictSame(list.raw, der)
  t.strictSame([list.toJSON(), [...list].length], [readCertificateList(der).toJSON(), list.size])
  for (const entry of [...list].slice(-3)) t.strictSame(list.find(entry.serialNumber), entry)
  t.equal(list.find('7f000001'), undefined)
}

t.test('a great list is read in a thread, and is the same as one that was read here', async (t) => {
  t.ok(great.length > 256 * 1024)
  const events: ReportedEvent[] = []
  const content = Buffer.from(great)
  const [list, ...others] = await readerOf(events).read(content)
  same(t, list, great)
  t.strictSame([others, events], [[], []])
  t.equal(content.length, 0, 'the octets were handed over, not copied')
})

t.test('also one of PEM, beside small ones, and octets that are a part of their memory', async (t) => {
  const text = Buffer.from(`xx${writePem('X509 CRL', great)}${writePem('X509 CRL', small)}-----BEGIN`)
  const lists = await readerOf().read(text.subarray(1, -10))
  t.equal(lists.length, 2)
  same(t, lists[0], great)
  same(t, lists[1], small)
})

t.test('what cannot be read is said as it is said here', async (t) => {
  const broken = Buffer.from(great)
  broken[150_000] ^= 0x40
  const message = await readerOf().read(Buffer.from(broken)).then(() => 'no error', (error) => error)
  t.match(message, { name: 'CertificateError', code: 'ERR_CERTIFICATE_MALFORMED' })
  t.throws(() => readCertificateList(broken), { code: 'ERR_CERTIFICATE_MALFORMED', message: message.message })
})

const noThread = 'Reading a large CRL on the event loop: no worker thread is available: '

t.test('by default the worker is the file beside the reader; without it, one line is logged for all CRLs', async (t) => {
  const events: ReportedEvent[] = []
  const reader = new ListReader((event) => { events.push(event) })
  for (const content of [great, great]) same(t, (await reader.read(Buffer.from(content)))[0], great)
  // Here it is TypeScript; test/plugin/bundles.test.ts has the JavaScript that is published.
  const file = fileURLToPath(new URL('../../lib/revocation/list-worker.js', import.meta.url))
  t.match(events, [{ level: 'warn', message: `${noThread}${file} cannot be read (docs/bundling.md)` }])
  t.match(events, { length: 1 })
})

t.test('a thread starts only with a file that is the worker, and never inside a thread', async (t) => {
  const folder = t.testdir({
    other: { 'list-worker.js': 'startTheApplication()' },
    own: { 'list-worker.js': `const mark = '${workerMark}'` }
  })
  const urlOf = (...names: string[]) => pathToFileURL(join(folder, ...names)).href
  t.equal(workerBeside(urlOf('own', 'app.js'), true).href, urlOf('own', 'list-worker.js'))
  const isNot = (folderName: string) =>
    `${join(folder, folderName, 'list-worker.js')} is not the worker of fastify-client-certificate (docs/bundling.md)`
  t.throws(() => workerBeside(urlOf('other', 'app.js'), true), { message: isNot('other') })
  t.throws(() => workerBeside(urlOf('own', 'list-worker.js'), true), { message: isNot('own') }, 'not the bundle itself, whatever its name')
  t.throws(() => workerBeside(urlOf('app.js'), true), { message: `${join(folder, 'list-worker.js')} cannot be read (docs/bundling.md)` })
  t.throws(() => workerBeside(undefined, true), { message: 'the code is in a bundle that does not know its own file (docs/bundling.md)' })
  t.throws(() => workerBeside(urlOf('own', 'app.js'), false), { message: 'this is a worker thread itself' })
})

t.test('the worker has its mark in its own text, and serves only a reader that starts it with the mark', async (t) => {
  t.match(readFileSync(new URL('../../lib/revocation/list-worker.ts', import.meta.url), 'utf8'), `'${workerMark}'`)
  await t.resolves(import('../../lib/revocation/list-worker.js'), 'it does nothing in the main thread')
  // It ends by itself, and what it ran was compiled in another way than tap counts.
  const { NODE_OPTIONS, NODE_V8_COVERAGE, ...env } = process.env
  const worker = new Worker(threadStart.entry, { ...threadStart, env, workerData: 'another program' })
  const messages: unknown[] = []
  worker.on('message', (message) => messages.push(message))
  await once(worker, 'exit')
  t.strictSame(messages, [])
})

t.test('small lists need no thread', async (t) => {
  const events: ReportedEvent[] = []
  const [list] = await readerOf(events, new URL('file:///absent.js')).read(Buffer.from(small))
  same(t, list, small)
  t.strictSame(events, [])
})

t.test('where there can be no thread, it is read here, and that is reported', async (t) => {
  const events: ReportedEvent[] = []
  const entry = new URL('absent.mjs', import.meta.url)
  const [list] = await readerOf(events, entry).read(Buffer.from(great))
  same(t, list, great)
  t.match(events, [{ level: 'warn', message: new RegExp(`^${noThread}Cannot find module`) }])
})

t.test('a thread that ends without an answer, or fails, is an error, and not the end of all', async (t) => {
  const folder = t.testdir({
    'ends.mjs': "import { parentPort } from 'node:worker_threads'\nparentPort.on('message', () => process.exit(3))\nparentPort.postMessage('ready')",
    'fails.mjs': "import { parentPort } from 'node:worker_threads'\nparentPort.on('message', () => { throw new Error('too much') })\nparentPort.postMessage('ready')"
  })
  const read = (name: string) => readerOf([], new URL(`file://${join(folder, name)}`)).read(Buffer.from(great))
  await t.rejects(read('ends.mjs'), { message: 'the thread ended with code 3' })
  await t.rejects(read('fails.mjs'), { message: 'too much' })
})

t.test('files are read so', async (t) => {
  const file = join(t.testdir({ 'a.crl': great }), 'a.crl')
  const scene = { ...surroundings(), threadStart }
  const lists = await openLists(t, { crl: file }, scene)
  t.equal(lists.lists.length, 1)
  same(t, lists.lists[0], great)
  const before = lists.lists
  t.equal(await lists.reload(), false)
  t.equal(lists.lists, before)
  writeFileSync(file, great.subarray(0, -10))
  await refusesOption(t, CertificateLists.open({ crl: file }, scene), 'crl', /a\.crl, which cannot be read: DER element is longer/)
})

t.test('the thread says that it is there, answers, and hands its memory over', async (t) => {
  const { port1, port2 } = new MessageChannel()
  t.teardown(() => port1.close())
  const answers: Array<'ready' | ThreadAnswer> = []
  serveLists(port2 as unknown as ThreadPort, 'mark', 'mark')
  await new Promise<void>((resolve) => {
    port1.on('message', (answer) => { if (answers.push(answer) === 2) resolve() })
    port1.postMessage(small)
  })
  t.equal(answers[0], 'ready')
  const [list] = listsOf(answers[1] as ThreadAnswer)
  same(t, list, small)
})

t.test('the thread copies no list that has its memory for itself', async (t) => {
  const said: ThreadAnswer[] = []
  let ask: (octets: Uint8Array) => void = () => {}
  serveLists({ once: (_event, listener) => { ask = listener }, postMessage: (message) => { if (message !== 'ready') said.push(message) } }, 'mark', 'mark')
  const own = new Uint8Array(small)
  ask(own)
  ask(new Uint8Array([...own, 0]).subarray(0, -1))
  const [whole, part] = said.map((answer) => (answer as Extract<ThreadAnswer, { lists: unknown }>).lists[0].raw)
  t.equal(whole.buffer, own.buffer)
  t.equal(part.buffer.byteLength, own.length)
  for (const answer of said) same(t, listsOf(answer)[0], small)
})

t.test('the thread tells what it cannot read, and what is no matter of the octets ends it', async (t) => {
  const said: unknown[] = []
  let ask: (octets: Uint8Array) => void = () => {}
  serveLists({ once: (_event, listener) => { ask = listener }, postMessage: (...message) => said.push(message) }, 'mark', 'mark')
  ask(Buffer.from('none'))
  t.match(said, [['ready'], [{ problem: 'MALFORMED', message: 'it is neither PEM nor DER' }, []]])
  t.throws(() => listsOf((said[1] as [ThreadAnswer])[0]), { code: 'ERR_CERTIFICATE_MALFORMED' })
  t.throws(() => ask(undefined as never), TypeError)
  t.equal(serveLists(null, 'mark', 'mark'), undefined, 'nothing where there is no other thread')
})

t.test('a list is restored from its octets and its index, whatever is in it', async (t) => {
  for (const der of [small, listOf({ revoked: many(3) })]) {
    const { raw, index } = readCertificateList(der)
    same(t, restoreCertificateList(raw, structuredClone(index)), der)
  }
})
