import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { readRegularFile, withinTime } from '../../lib/files/index.js'
import { parts } from '../helpers/parts.js'

// What is waited for here keeps no process alive.
const alive = setInterval(() => {}, 60_000)
t.teardown(() => clearInterval(alive))

const never = () => new Promise<never>(() => {})

t.test('the content of a regular file, up to so many bytes', async (t) => {
  const folder = t.testdir({ four: 'four', none: '' })
  t.strictSame(await readRegularFile(join(folder, 'four'), { maxBytes: 4 }), Buffer.from('four'))
  t.strictSame(await readRegularFile(join(folder, 'none'), { maxBytes: 4 }), Buffer.alloc(0))
  await t.rejects(readRegularFile(join(folder, 'four'), { maxBytes: 3 }), { code: 'TOO_LARGE', message: 'has more than 3 bytes' })
})

t.test('a file whose size is not told is read to its end, and no further than allowed', { skip: process.platform === 'linux' ? false : 'needs /proc' }, async (t) => {
  const content = await readRegularFile('/proc/self/smaps', { maxBytes: 64 * 1024 * 1024 })
  t.ok(content.length > 4096, `${content.length} bytes`)
  t.match(content.toString(), /^[0-9a-f]+-[0-9a-f]+ /)
  await t.rejects(readRegularFile('/proc/self/smaps', { maxBytes: 1500 }), { code: 'TOO_LARGE' })
})

t.test('what is no regular file is not read', async (t) => {
  await t.rejects(readRegularFile(t.testdir(), { maxBytes: 4 }), { code: 'EISDIR', message: 'is a folder' })
  await t.rejects(readRegularFile('/dev/null', { maxBytes: 4 }), { code: 'NOT_A_FILE', message: 'is not a regular file but a named pipe or a device' })
  await t.rejects(readRegularFile(join(t.testdir(), 'absent'), { maxBytes: 4 }), { code: 'ENOENT' })
})

t.test('a named pipe that nobody writes to holds up nobody', { skip: parts.missing('mkfifo') }, async (t) => {
  const pipe = join(t.testdir(), 'pipe')
  execFileSync('mkfifo', [pipe])
  await t.rejects(readRegularFile(pipe, { maxBytes: 4 }), { code: 'NOT_A_FILE' })
})

t.test('what does not return in time is given up, and not begun a second time', async (t) => {
  let isReturned = () => {}
  let begun = 0
  const slow = () => { begun++; return new Promise<string>((resolve) => { isReturned = () => resolve('late') }) }
  await t.rejects(withinTime('/a', slow, 5), { code: 'TIMEOUT', message: 'did not answer within 5 ms' })
  await t.rejects(withinTime('/a', slow, 5), { code: 'TIMEOUT', message: /^does not answer: an earlier attempt/ })
  t.equal(begun, 1)
  t.equal(await withinTime('/b', async () => 'other'), 'other', 'the files beside it go on')
  isReturned()
  await setTimeout(0)
  t.equal(await withinTime('/a', async () => 'again'), 'again', 'once it has returned it is read again')
})

t.test('so few of them hang at once that Node has threads left', async (t) => {
  const ends: Array<() => void> = []
  const hanging = () => new Promise<void>((resolve) => { ends.push(resolve) })
  for (const path of ['/c', '/d']) await t.rejects(withinTime(path, hanging, 1), { code: 'TIMEOUT' })
  await t.rejects(withinTime('/e', never), { code: 'TIMEOUT' })
  for (const end of ends) end()
  await setTimeout(0)
  t.equal(await withinTime('/e', async () => 'read'), 'read')
})

t.test('no more than two are begun at once: the others wait for their turn, and no longer than they may', async (t) => {
  const ends: Array<() => void> = []
  const slow = () => new Promise<void>((resolve) => { ends.push(resolve) })
  const two = ['/g', '/h'].map((path) => withinTime(path, slow, 600_000))
  const three = ['/i', '/j', '/k'].map((path) => withinTime(path, slow, 600_000))
  await t.rejects(withinTime('/l', slow, 5), { code: 'TIMEOUT', message: 'did not answer within 5 ms' })
  t.equal(ends.length, 2)
  for (const count of [4, 5]) {
    for (const end of ends) end()
    await setTimeout(0)
    t.equal(ends.length, count)
  }
  for (const end of ends) end()
  await Promise.all([...two, ...three])
})

t.test('an error that comes too late is nobody\'s', async (t) => {
  const unhandled = once(process, 'unhandledRejection').then(() => 'unhandled')
  let fail = () => {}
  await t.rejects(withinTime('/f', () => new Promise((_resolve, reject) => { fail = () => reject(new Error('late')) }), 1), { code: 'TIMEOUT' })
  fail()
  t.equal(await Promise.race([unhandled, setTimeout(20, 'quiet')]), 'quiet')
})
