import t, { type Test } from 'tap'
import fs, { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, unlinkSync, utimesSync, writeFileSync, type FSWatcher } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { watchFiles, type WatchOptions } from '../../lib/tls/index.js'

// Long enough that no look of the poll helps, short enough that nobody waits.
const byEvents = { settle: 10, poll: 600_000 }
const byPoll = { settle: 10, poll: 20 }

// What is watched keeps no process alive, this one neither.
const alive = setInterval(() => {}, 60_000)
t.teardown(() => clearInterval(alive))

interface Watching {
  /** How often a change was told. */
  count: number
  /** Waits until one more change was told. */
  next (): Promise<void>
  close (): void
}

async function watching (t: Test, paths: readonly string[], options: WatchOptions): Promise<Watching> {
  const told = new EventEmitter()
  let seen = 0
  const state: Watching = {
    count: 0,
    async next () {
      if (seen === state.count) await once(told, 'changed', { signal: AbortSignal.timeout(600_000) })
      seen++
    },
    close: () => watch.close()
  }
  const watch = watchFiles(paths, options, () => {
    state.count++
    told.emit('changed')
  })
  t.teardown(() => watch.close())
  await watch.ready
  return state
}

/** As an editor does it, and anybody who is careful. */
function replace (path: string, content: string): void {
  writeFileSync(`${path}.new`, content)
  renameSync(`${path}.new`, path)
}

/** Stands for `fs.watch` until the test is over. */
function watchBy (t: Test, watch: (path: string) => FSWatcher): void {
  const genuine = fs.watch
  t.teardown(() => {
    fs.watch = genuine
    syncBuiltinESMExports()
  })
  fs.watch = ((path: string) => watch(path)) as never
  syncBuiltinESMExports()
}

const noneLeft = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })

for (const [how, options] of Object.entries({ 'events of the file system': byEvents, 'looking again': byPoll })) {
  const prepare = (t: Test) => { if (options === byPoll) watchBy(t, () => { throw noneLeft }) }

  t.test(`another content is told, once, by ${how}`, async (t) => {
    prepare(t)
    const folder = t.testdir({ key: 'one', cert: 'one', beside: '' })
    const [key, cert] = [join(folder, 'key'), join(folder, 'cert')]
    const watched = await watching(t, [key, cert], options)
    writeFileSync(key, 'two')
    await watched.next()
    replace(cert, 'two')
    await watched.next()
    writeFileSync(join(folder, 'beside'), 'of no interest')
    unlinkSync(key)
    await watched.next()
    writeFileSync(key, 'two')
    await watched.next()
    t.equal(watched.count, 4)
  })

  t.test(`times that change, and contents that come back, are not told, by ${how}`, async (t) => {
    prepare(t)
    const folder = t.testdir({ key: 'one', cert: 'one' })
    const [key, cert] = [join(folder, 'key'), join(folder, 'cert')]
    const watched = await watching(t, [key, cert], { ...options, settle: 100 })
    utimesSync(key, 1, 1)
    replace(key, 'one')
    writeFileSync(key, 'two')
    writeFileSync(key, 'one')
    unlinkSync(key)
    writeFileSync(key, 'one')
    writeFileSync(cert, 'two')
    await watched.next()
    t.equal(watched.count, 1, 'the other file alone')
  })

  t.test(`a volume of Kubernetes that is swapped is told, by ${how}`, async (t) => {
    prepare(t)
    const folder = t.testdir({ '..2026_01': { 'tls.crt': 'one' }, '..2026_02': { 'tls.crt': 'two' }, '..2026_03': { 'tls.crt': 'three' } })
    symlinkSync('..2026_01', join(folder, '..data'))
    symlinkSync('..data/tls.crt', join(folder, 'tls.crt'))
    const watched = await watching(t, [join(folder, 'tls.crt')], options)
    for (const [next, before] of [['..2026_02', '..2026_01'], ['..2026_03', '..2026_02']]) {
      symlinkSync(next, join(folder, '..data_tmp'))
      renameSync(join(folder, '..data_tmp'), join(folder, '..data'))
      rmSync(join(folder, before), { recursive: true })
      await watched.next()
    }
    writeFileSync(join(folder, '..2026_03', 'tls.crt'), 'four')
    await watched.next()
    t.equal(watched.count, 3)
  })

  t.test(`a folder that is swapped, or made anew, is told and watched again, by ${how}`, async (t) => {
    prepare(t)
    const folder = t.testdir({ volume: { cert: 'one' }, next: { cert: 'two' } })
    const volume = join(folder, 'volume')
    const cert = join(volume, 'cert')
    const watched = await watching(t, [cert], options)
    renameSync(volume, join(folder, 'before'))
    renameSync(join(folder, 'next'), volume)
    await watched.next()
    writeFileSync(cert, 'three')
    await watched.next()
    rmSync(volume, { recursive: true })
    mkdirSync(volume)
    writeFileSync(cert, 'four')
    await watched.next()
    replace(cert, 'five')
    await watched.next()
    t.equal(watched.count, 4)
  })

  t.test(`files of a folder are told, by ${how}`, async (t) => {
    prepare(t)
    const folder = t.testdir({ lists: { one: 'one', below: { deep: '' } } })
    const lists = join(folder, 'lists')
    symlinkSync('nowhere', join(lists, 'loose'))
    const watched = await watching(t, [lists], options)
    writeFileSync(join(lists, 'two'), '')
    await watched.next()
    replace(join(lists, 'one'), 'another')
    await watched.next()
    renameSync(join(lists, 'two'), join(lists, 'three'))
    await watched.next()
    rmSync(lists, { recursive: true })
    await watched.next()
    t.equal(watched.count, 4)
  })
}

t.test('a folder that comes later is found', async (t) => {
  const folder = t.testdir({ volume: { cert: 'one' } })
  const volume = join(folder, 'volume')
  const cert = join(volume, 'cert')
  const watched = await watching(t, [cert, join(volume, 'absent', 'cert')], { settle: 10, poll: 50 })
  rmSync(volume, { recursive: true })
  await watched.next()
  mkdirSync(join(volume, 'absent'), { recursive: true })
  writeFileSync(cert, 'two')
  await watched.next()
  writeFileSync(join(volume, 'absent', 'cert'), 'two')
  await watched.next()
  t.equal(watched.count, 3)
})

t.test('a link that leads in circles is unreadable, and told when it no longer is', async (t) => {
  const folder = t.testdir({})
  const cert = join(folder, 'cert')
  symlinkSync('cert', cert)
  const watched = await watching(t, [cert], byPoll)
  unlinkSync(cert)
  await watched.next()
  t.equal(watched.count, 1)
})

t.test('a large file is read anew only where it was touched', async (t) => {
  const folder = t.testdir({ list: 'a'.repeat(1024 * 1024), cert: 'one' })
  const [list, cert] = [join(folder, 'list'), join(folder, 'cert')]
  let readings = 0
  const genuine = fs.promises.open
  t.teardown(() => {
    fs.promises.open = genuine
    syncBuiltinESMExports()
  })
  fs.promises.open = ((path: string, ...others: []) => {
    if (path === list) readings++
    return genuine(path, ...others)
  }) as never
  syncBuiltinESMExports()
  const watched = await watching(t, [list, cert], byEvents)
  writeFileSync(cert, 'two')
  await watched.next()
  t.equal(readings, 1)
  utimesSync(list, 1, 1)
  writeFileSync(cert, 'three')
  await watched.next()
  t.equal(readings, 2)
  replace(list, 'b'.repeat(1024 * 1024))
  await watched.next()
  t.equal(watched.count, 3)
})

t.test('what is no regular file is not read, and told when it becomes one', async (t) => {
  const folder = t.testdir({})
  const list = join(folder, 'list')
  symlinkSync('/dev/zero', list)
  const watched = await watching(t, [list], byPoll)
  unlinkSync(list)
  writeFileSync(list, 'one')
  await watched.next()
  t.equal(watched.count, 1)
})

t.test('a file that is larger than any that is of use is told by its times alone', async (t) => {
  const list = join(t.testdir({ list: '' }), 'list')
  truncateSync(list, 300 * 1024 * 1024)
  let readings = 0
  const genuine = fs.promises.open
  t.teardown(() => { fs.promises.open = genuine; syncBuiltinESMExports() })
  fs.promises.open = (async (...given: Parameters<typeof genuine>) => { readings++; return genuine(...given) }) as never
  syncBuiltinESMExports()
  const watched = await watching(t, [list], byPoll)
  utimesSync(list, 1, 1)
  await watched.next()
  t.equal(readings, 0)
})

t.test('of a folder those files count whose names do, and one that cannot be read does not hide the others', async (t) => {
  const folder = t.testdir({ 'a.crl': 'one', notes: 'one', sub: {} })
  symlinkSync('nowhere', join(folder, 'gone.crl'))
  const watched = await watching(t, [folder], { ...byPoll, counts: (name) => name.endsWith('.crl') || name === 'sub' })
  writeFileSync(join(folder, 'notes'), 'two')
  writeFileSync(join(folder, 'a.crl'), 'two')
  await watched.next()
  t.equal(watched.count, 1)
})

t.test('a file that is being written is told when it stays as it is', async (t) => {
  const folder = t.testdir({ list: '' })
  const list = join(folder, 'list')
  const contents: string[] = []
  const watch = watchFiles([list], { settle: 200, poll: 600_000 }, () => { contents.push(readFileSync(list, 'latin1')) })
  t.teardown(() => watch.close())
  await watch.ready
  for (let part = 0; part < 10; part++) {
    fs.appendFileSync(list, 'part ')
    await new Promise((resolve) => setTimeout(resolve, 40))
  }
  while (contents.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  t.strictSame(contents, ['part '.repeat(10)])
})

t.test('a system that says no in the midst of it is asked again', async (t) => {
  const folder = t.testdir({ cert: 'one' })
  const cert = join(folder, 'cert')
  const watchers: Array<EventEmitter & { close: () => void }> = []
  let closed = 0
  watchBy(t, () => {
    const watcher = Object.assign(new EventEmitter(), { close () { closed++ } })
    watchers.push(watcher)
    return watcher as unknown as FSWatcher
  })
  const watched = await watching(t, [cert], byPoll)
  t.equal(watchers.length, 1)
  watchers[0].emit('error', noneLeft)
  t.equal(closed, 1)
  writeFileSync(cert, 'two')
  await watched.next()
  t.equal(watchers.length, 2)
  watched.close()
  t.equal(closed, 2)
})

t.test('an event without a name wakes it, and one with another name does not', async (t) => {
  const folder = t.testdir({ cert: 'one' })
  const cert = join(folder, 'cert')
  let tell: (event: string, name: string | null) => void = () => {}
  const genuine = fs.watch
  t.teardown(() => {
    fs.watch = genuine
    syncBuiltinESMExports()
  })
  fs.watch = ((_path: string, _options: object, told: typeof tell) => {
    tell = told
    return Object.assign(new EventEmitter(), { close () {} })
  }) as never
  syncBuiltinESMExports()
  const watched = await watching(t, [cert], byEvents)
  writeFileSync(cert, 'two')
  tell('change', 'another')
  await new Promise((resolve) => setTimeout(resolve, 50))
  t.equal(watched.count, 0)
  tell('change', null)
  await watched.next()
  watched.close()
  tell('change', null)
  t.equal(watched.count, 1)

  const closing = await watching(t, [cert], byEvents)
  await new Promise((resolve) => setTimeout(resolve, 50))
  writeFileSync(cert, 'three')
  tell('change', null)
  closing.close()
  await new Promise((resolve) => setTimeout(resolve, 50))
  t.equal(closing.count, 0, 'closed while it looks')
})

t.test('once it is closed nothing is told, wherever it was', async (t) => {
  const folder = t.testdir({ cert: 'one' })
  const cert = join(folder, 'cert')
  let count = 0
  const early = watchFiles([cert], byEvents, () => { count++ })
  early.close()
  await early.ready
  const watched = await watching(t, [cert], byEvents)
  const witness = await watching(t, [cert], { ...byEvents, settle: 50 })
  writeFileSync(cert, 'two')
  while (watched.count === 0) await new Promise((resolve) => setImmediate(resolve))
  writeFileSync(cert, 'three')
  watched.close()
  await witness.next()
  t.strictSame([count, watched.count], [0, 1])
})

t.test('it does not keep the process alive', async (t) => {
  const folder = t.testdir({ cert: 'one' })
  const program = `import { watchFiles } from ${JSON.stringify(new URL('../../lib/tls/index.ts', import.meta.url).href)}\nawait watchFiles([${JSON.stringify(join(folder, 'cert'))}], {}, () => {}).ready\nconsole.log('ready')`
  // Without the modules of the runner, which would count lines that are not those of the sources.
  const { status, stdout, signal } = spawnSync('sh', ['-c', 'unset NODE_OPTIONS NODE_V8_COVERAGE; exec "$@"', 'sh', process.execPath, '--import', 'tsx', '--input-type=module', '--eval', program], { encoding: 'utf8', timeout: 600_000 })
  t.strictSame([stdout, status, signal], ['ready\n', 0, null])
})
