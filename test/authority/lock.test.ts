import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs, { linkSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import t from 'tap'
import { syncFolder } from '../../lib/authority/durable-file.js'
import { withLock } from '../../lib/authority/lock.js'
import { hasEnded, identifyProcess, type ProcessIdentity } from '../../lib/authority/process-identity.js'

const code = 'ERR_CERTIFICATE_AUTHORITY'
const self = identifyProcess()

async function endedProcess (): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
  await once(child, 'exit')
  return child.pid!
}

t.test('what is done under a lock is done one after the other, and the lock is given back', async (t) => {
  const directory = t.testdir()
  const path = join(directory, 'lock')
  let [inside, most] = [0, 0]
  const results = await Promise.all(Array.from({ length: 10 }, (_, index) => withLock(path, async () => {
    most = Math.max(most, ++inside)
    await new Promise((resolve) => setImmediate(resolve))
    inside--
    return index
  })))
  t.equal(most, 1)
  t.strictSame(results, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  await t.rejects(withLock(path, async () => { throw new Error('failed') }), { message: 'failed' })
  t.strictSame(readdirSync(directory), [])
})

t.test('a lock that is kept is an error that names the file and the process', async (t) => {
  const directory = t.testdir()
  const path = join(directory, 'lock')
  await withLock(path, async () => {
    await t.rejects(withLock(path, async () => 1, { tries: 2 }),
      { code, message: `${path} is held by process ${process.pid} on ${self.host}; if that one is not there any more, remove the file` })
  })
  writeFileSync(path, 'what is this')
  await t.rejects(withLock(path, async () => 1), { code, message: `${path} is not a lock of this program: look at it, and remove it` })
  await t.rejects(withLock(join(directory, 'nowhere/lock'), async () => 1), { code: 'ENOENT' })
  t.strictSame(readdirSync(directory), ['lock'])
})

t.test('a lock is not taken by chance where others are quicker each time', async (t) => {
  const path = join(t.testdir(), 'lock')
  // It is there when it is to be linked, and gone when it is to be read: a link to nothing.
  symlinkSync('nothing', path)
  await t.rejects(withLock(path, async () => 1, { tries: 1 }), { code, message: `${path} was held by one process after another for too long` })
})

t.test('a folder where no link can be made is an error of the system', async (t) => {
  const directory = t.testdir()
  const made = linkSync
  t.teardown(() => { fs.linkSync = made; syncBuiltinESMExports() })
  fs.linkSync = () => { throw Object.assign(new Error('no links here'), { code: 'EPERM' }) }
  syncBuiltinESMExports()
  await t.rejects(withLock(join(directory, 'lock'), async () => 1), { code: 'EPERM' })
  t.strictSame(readdirSync(directory), [])
})

t.test('the lock of a process that has ended is taken over, by one of many', async (t) => {
  const directory = t.testdir()
  const path = join(directory, 'lock')
  const stale = { ...self, pid: await endedProcess(), token: '0123456789abcdef' }
  // As it was killed between the two: the file that the lock is a link to is there, too.
  writeFileSync(`${path}.${stale.token}`, JSON.stringify(stale))
  linkSync(`${path}.${stale.token}`, path)
  writeFileSync(`${path}.other`, '')
  writeFileSync(`${path}.00000000000000ff`, '{"pi')
  let [inside, most] = [0, 0]
  await Promise.all(Array.from({ length: 10 }, () => withLock(path, async () => {
    most = Math.max(most, ++inside)
    await new Promise((resolve) => setImmediate(resolve))
    inside--
  })))
  t.equal(most, 1)
  t.strictSame(readdirSync(directory), ['lock.00000000000000ff', 'lock.other'], 'what is being written stays')
})

t.test('also where the one who was taking it over has ended', async (t) => {
  const directory = t.testdir()
  const path = join(directory, 'lock')
  const pid = await endedProcess()
  writeFileSync(path, JSON.stringify({ ...self, pid, token: 'first' }))
  writeFileSync(`${path}.first.removal`, JSON.stringify({ ...self, pid, token: 'second' }))
  writeFileSync(`${path}.before.removal`, JSON.stringify({ ...self, pid, token: 'third' }))
  t.equal(await withLock(path, async () => readFileSync(path, 'utf8').includes('first')), false)
  t.strictSame(readdirSync(directory), [])
})

t.test('and where the machine stopped before the lock was on the disk', async (t) => {
  for (const content of ['', '\0\0\0']) {
    const directory = t.testdir({ lock: content })
    t.equal(await withLock(join(directory, 'lock'), async () => 1), 1)
    t.strictSame(readdirSync(directory), [])
  }
})

t.test('a process has ended where there is none of its number, or a younger one, or the machine was started again', async (t) => {
  t.equal(hasEnded(self, self), false)
  t.equal(hasEnded({ ...self, pid: await endedProcess() }, self), true)
  t.equal(hasEnded({ ...self, boot: 'before' }, self), true)
  t.equal(hasEnded({ ...self, host: 'elsewhere', boot: 'before' }, self), false, 'that of another machine is not known')
  t.equal(hasEnded({ ...self, namespace: 'pid:[1]', pid: 0x7ffffff0 }, self), false, 'nor that of another container')
  t.equal(hasEnded({ ...self, pid: 1, started: identifyProcess(1).started }, self), false)
})

t.test('where Linux tells more about processes, it is looked at', async (t) => {
  const stat = (state: string, started: number) => `${process.pid} (a) b) ${state} 1 ${'0 '.repeat(17)}${started} 0 0\n`
  const proc = t.testdir({ [process.pid]: { stat: stat('S', 77) }, sys: { kernel: { random: { boot_id: 'b-o-o-t\n' } } } })
  mkdirSync(join(proc, 'self/ns'), { recursive: true })
  symlinkSync('pid:[7]', join(proc, 'self/ns/pid'))
  const identity = identifyProcess(process.pid, proc)
  t.match(identity, { pid: process.pid, host: self.host, boot: 'b-o-o-t', namespace: 'pid:[7]', started: '77', token: /^[0-9a-f]{16}$/ } as never)
  t.equal(hasEnded(identity, identity, proc), false)
  t.equal(hasEnded({ ...identity, started: '76' }, identity, proc), true)
  writeFileSync(join(proc, String(process.pid), 'stat'), stat('Z', 77))
  t.equal(hasEnded(identity, identity, proc), true, 'a zombie')
})

t.test('where nothing is told, the number of the process counts', async (t) => {
  const proc = t.testdir()
  const identity: ProcessIdentity = identifyProcess(process.pid, proc)
  t.match(identity, { boot: '', namespace: '', started: '' })
  t.equal(hasEnded(identity, identity, proc), false)
  t.equal(hasEnded({ ...identity, pid: await endedProcess() }, identity, proc), true)
  rmSync(proc, { recursive: true })
})

t.test('a folder of Windows is not asked to be on the disk', async (t) => {
  const nowhere = join(t.testdir(), 'nowhere')
  await t.resolves(syncFolder(nowhere, 'win32'))
  await t.rejects(syncFolder(nowhere, 'linux'), { code: 'ENOENT' })
})
