import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import t, { type Test } from 'tap'
import { writePem } from '../../lib/certificate/index.js'
import { CertificateLists, type CertificateListOptions } from '../../lib/revocation/index.js'
import { refusesOption } from '../helpers/option-error.js'
import { authority, day, listOf, openLists, rawOf, start, stranger, surroundings } from './scene.js'

const pem = (...lists: Buffer[]) => lists.map((list) => writePem('X509 CRL', list)).join('')
const refuses = (t: Test, options: unknown, key: string, problem: string | RegExp) =>
  refusesOption(t, CertificateLists.open(options as CertificateListOptions, surroundings()), key, problem)

t.test('lists are read from PEM with one or several, from DER, as files and as content', async (t) => {
  const [one, other] = [listOf({ number: 1n }), listOf({ by: stranger })]
  const files = { 'one.pem': pem(one), 'both.pem': pem(one, other), 'one.crl': one }
  const folder = t.testdir(files)
  for (const [name, content] of Object.entries(files)) {
    const expected = name === 'both.pem' ? [one, other] : [one]
    const file = join(folder, name)
    t.strictSame(rawOf(await openLists(t, { crl: relative(process.cwd(), file) }, surroundings())), expected, name)
    const given = await openLists(t, { crl: content }, surroundings())
    t.strictSame([rawOf(given), given.files()], [expected, []], `${name} as content`)
    t.strictSame(rawOf(await openLists(t, { crl: new Uint8Array(Buffer.from(content)) }, surroundings())), expected, `${name} as octets`)
  }
})

t.test('what is given as content stays the caller\'s', async (t) => {
  const content = listOf()
  const copy = Buffer.from(content)
  const lists = await openLists(t, { crl: content }, surroundings())
  content.fill(0)
  t.strictSame(rawOf(lists), [copy])
})

t.test('several sources are read in order, and files and folders are named to be watched', async (t) => {
  const [one, two, three] = [1n, 2n, 3n].map((number) => listOf({ number }))
  const folder = t.testdir({ 'one.crl': one, folder: { 'b.pem': pem(three), 'a.crl': two, 'README.md': 'none', '.hidden.crl': 'none' } })
  symlinkSync('b.pem', join(folder, 'folder', '0a1b2c3d.r0'))
  const lists = await openLists(t, { crl: [join(folder, 'one.crl'), join(folder, 'folder')] }, surroundings())
  t.strictSame(rawOf(lists), [one, three, two], 'the same list by two names is one')
  t.strictSame(lists.files(), ['one.crl', 'folder', 'folder/0a1b2c3d.r0', 'folder/a.crl', 'folder/b.pem'].map((name) => join(folder, name)))
  t.ok(Object.isFrozen(lists.lists))
})

t.test('a gauge is told of each list', async (t) => {
  const file = join(t.testdir({ 'one.crl': listOf({ number: 12n, revoked: [{ serialNumber: '0a', revocationDate: new Date(start) }] }) }), 'one.crl')
  const lists = await openLists(t, { crl: [file, listOf({ number: 3n })] }, surroundings())
  const common = { issuer: 'CN=Lists CA', thisUpdate: new Date(start), nextUpdate: new Date(start + day) }
  t.strictSame(lists.state(), [{ ...common, number: '3', size: 0, source: 'option \'crl\'' }, { ...common, number: '12', size: 1, source: file }])
})

t.test('what is missing, empty or broken stops the start, by name', async (t) => {
  const folder = t.testdir({ empty: '', none: {}, 'bad.crl': Buffer.from('3003020101', 'hex'), key: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', 'text.pem': 'text', mixed: { 'a.crl': listOf(), 'b.crl': 'x' } })
  const at = (name: string) => join(folder, name)
  await refuses(t, { crl: at('absent') }, 'crl', `names ${at('absent')}, which does not exist (${at('absent')})`)
  await refuses(t, { crl: at('empty/x') }, 'crl', `names ${at('empty/x')}, which does not exist (${at('empty/x')})`)
  await refuses(t, { crl: at('empty') }, 'crl', `names the file ${at('empty')}, which is empty`)
  await refuses(t, { crl: at('none') }, 'crl', `names the folder ${at('none')}, which holds no file .crl, .pem, .der or .r0`)
  await refuses(t, { crl: at('bad.crl') }, 'crl', `names ${at('bad.crl')}, which cannot be read: CertificateList.tbsCertList has tag 0x2, not 0x30, at octet 2`)
  await refuses(t, { crl: at('text.pem') }, 'crl', /text\.pem, which cannot be read: /)
  await refuses(t, { crl: at('key') }, 'crl', `names ${at('key')}, which cannot be read: the PEM text holds no certificate list (X509 CRL), only CERTIFICATE`)
  await refuses(t, { crl: at('mixed') }, 'crl', /b\.crl, which cannot be read: /)
  await refuses(t, { crl: [listOf(), Buffer.from([0x30, 0])] }, 'crl', 'cannot be read: CertificateList.tbsCertList is missing at octet 2')
})

t.test('an option that cannot be stops the start', async (t) => {
  await refuses(t, { crl: [] }, 'crl', 'names no certificate list')
  await refuses(t, { crl: '' }, 'crl', 'is empty')
  await refuses(t, { crl: [Buffer.alloc(0)] }, 'crl', 'is empty')
  for (const crl of [7, null, {}, [undefined]]) await refuses(t, { crl }, 'crl', 'is neither a Buffer nor a text (PEM, a path, or a URL)')
  await refuses(t, { crl: 'http://' }, 'crl', 'holds a URL that cannot be read')
  for (const user of ['me', 'me:secret', ':secret']) await refuses(t, { crl: `https://${user}@lists.example/a` }, 'crl', 'names the URL of lists.example with credentials, which are not used')
  for (const fetchTimeout of [0, -1, 1.5, '5', 2 ** 31]) await refuses(t, { fetchTimeout }, 'fetchTimeout', 'is no whole number from 1 to 2147483647')
  for (const maxListOctets of [0, 2 ** 27 + 1, Infinity]) await refuses(t, { maxListOctets }, 'maxListOctets', 'is no whole number from 1 to 134217728')
  for (const allowedHosts of [undefined, [], 'lists.example', [''], [1]]) await refuses(t, { distributionPoints: { allowedHosts } }, 'distributionPoints.allowedHosts', 'is no list of host names')
  const file = join(t.testdir({ file: '' }), 'file', 'cache')
  await refuses(t, { cacheDirectory: file }, 'cacheDirectory', /^option 'cacheDirectory' names .*cache, which cannot be made: ENOTDIR/)
})

t.test('without any source there are no lists', async (t) => {
  const lists = await openLists(t, {}, surroundings())
  t.strictSame([lists.lists, lists.files(), lists.state(), await lists.reload()], [[], [], [], false])
})

t.test('files are read again: the lists are other ones only where something changed', async (t) => {
  const [one, two] = [listOf({ number: 1n }), listOf({ number: 2n, thisUpdate: new Date(start + 1000) })]
  const folder = t.testdir({ 'a.crl': one, 'b.crl': listOf({ by: stranger }) })
  const scene = surroundings()
  const lists = await openLists(t, { crl: folder }, scene)
  const before = lists.lists
  t.equal(await lists.reload(), false)
  t.equal(lists.lists, before, 'the same array')
  writeFileSync(join(folder, 'a.crl'), two)
  t.equal(await lists.reload(), true)
  t.strictSame(rawOf(lists), [two, before[1].raw])
  t.equal(lists.lists[1], before[1], 'what did not change is the same object')
  rmSync(join(folder, 'b.crl'))
  t.equal(await lists.reload(), true)
  t.strictSame(rawOf(lists), [two], 'what the owner takes away is gone')
  t.strictSame(lists.files(), [folder, join(folder, 'a.crl')])
  t.strictSame([scene.changes, scene.messages], [2, [`the certificate list of CN=Strange CA in ${folder} is signed by no certificate of the option ca: it counts only for clients that send the certificate which signed it`]], 'told once')
  t.match(scene.events, [{ level: 'warn', file: folder }])
})

t.test('where one file is broken, nothing changes', async (t) => {
  const folder = t.testdir({ 'a.crl': listOf({ number: 1n }), 'b.crl': listOf({ by: stranger }) })
  const scene = surroundings()
  const lists = await openLists(t, { crl: [join(folder, 'a.crl'), join(folder, 'b.crl')] }, scene)
  const before = lists.lists
  writeFileSync(join(folder, 'a.crl'), listOf({ number: 2n }))
  writeFileSync(join(folder, 'b.crl'), 'broken')
  // One after the other: the second begins although the first failed.
  const [first, second] = [lists.reload(), lists.reload()]
  await refusesOption(t, first, 'crl', /b\.crl, which cannot be read/)
  await refusesOption(t, second, 'crl', /b\.crl, which cannot be read/)
  t.equal(lists.lists, before)
  rmSync(join(folder, 'b.crl'))
  await refusesOption(t, lists.reload(), 'crl', /b\.crl, which does not exist/)
  mkdirSync(join(folder, 'b.crl'))
  await refusesOption(t, lists.reload(), 'crl', /names the folder .*b\.crl, which holds no file/)
  t.strictSame([lists.lists === before, scene.changes], [true, 0])
})

t.test('an older list than the one held is not taken, and that is reported', async (t) => {
  const folder = t.testdir({ 'a.crl': listOf({ number: 7n }) })
  const file = join(folder, 'a.crl')
  const scene = surroundings()
  const lists = await openLists(t, { crl: file }, scene)
  const before = lists.lists
  writeFileSync(file, listOf({ number: 6n, thisUpdate: new Date(start + 5000) }))
  t.equal(await lists.reload(), false)
  writeFileSync(file, listOf({ number: 8n, thisUpdate: new Date(start - 1000) }))
  t.equal(await lists.reload(), false)
  t.equal(lists.lists, before)
  t.strictSame(scene.messages, [
    `the certificate list of CN=Lists CA in ${file} is not taken: it has the number 6, and the one held 7`,
    `the certificate list of CN=Lists CA in ${file} is not taken: it was issued at 2026-02-28T23:59:59.000Z, and the one held at 2026-03-01T00:00:00.000Z`
  ])
  t.match(scene.events[0], { level: 'warn', file, list: { issuer: authority.certificate.subject } })
})

t.test('lists of different parts, and a delta, are numbered apart', async (t) => {
  const part = (hex: string) => ({ type: '2.5.29.28', critical: true, value: Buffer.from(hex, 'hex') })
  const [whole, users, authorities] = [listOf({ number: 9n }), listOf({ number: 5n, extensions: [part('30038101ff')] }), listOf({ number: 3n, extensions: [part('30038201ff')] })]
  const delta = listOf({ number: 2n, extensions: [{ type: '2.5.29.27', critical: true, value: Buffer.from('020101', 'hex') }] })
  const file = join(t.testdir({ 'a.pem': pem(whole, users) }), 'a.pem')
  const scene = surroundings()
  const lists = await openLists(t, { crl: file }, scene)
  writeFileSync(file, pem(users, authorities, delta))
  t.equal(await lists.reload(), true)
  t.strictSame([rawOf(lists), scene.events], [[users, authorities, delta], []])
})

t.test('a list of a time to come leaves the one held in place, and takes it when it begins', async (t) => {
  const [held, next] = [listOf({ number: 1n }), listOf({ number: 2n, thisUpdate: new Date(start + day / 2) })]
  const file = join(t.testdir({ 'ca.crl': held }), 'ca.crl')
  const scene = surroundings()
  const lists = await openLists(t, { crl: file }, scene)
  writeFileSync(file, next)
  t.equal(await lists.reload(), false)
  t.strictSame(scene.messages, [`the certificate list of CN=Lists CA in ${file} is not taken: it was issued at 2026-03-01T12:00:00.000Z, which is not yet`])
  const granted = 5 * 60 * 1000
  t.strictSame([scene.waiting, scene.timers.at(-1)?.instant], [[day / 2 - granted], start + day / 2 - granted])
  await scene.fire(() => scene.changes > 0)
  t.strictSame([rawOf(lists), scene.changes, scene.waiting], [[next], 1, []])
})

t.test('where the file has become another one meanwhile, or a broken one, nothing happens', async (t) => {
  const [held, next] = [listOf({ number: 1n }), listOf({ number: 2n, thisUpdate: new Date(start + day / 2) })]
  const file = join(t.testdir({ 'ca.crl': held }), 'ca.crl')
  for (const content of [held, 'broken']) {
    writeFileSync(file, held)
    const scene = surroundings()
    const lists = await openLists(t, { crl: file }, scene)
    writeFileSync(file, next)
    await lists.reload()
    writeFileSync(file, content)
    await scene.fire(() => true)
    await lists.reload().catch(() => {})
    t.strictSame([rawOf(lists), scene.changes], [[held], 0])
  }
})

t.test('of itself it waits with a timer of its own, until it is closed', async (t) => {
  const file = join(t.testdir({ 'ca.crl': listOf({ number: 1n }) }), 'ca.crl')
  const { now, elapsed, issuers, changed, report } = surroundings()
  const lists = await openLists(t, { crl: file }, { now, elapsed, issuers, changed, report })
  const waits: NodeJS.Timeout[] = []
  const { setTimeout } = globalThis
  t.intercept(globalThis, 'setTimeout', { value: (action: () => void, delay: number) => waits[waits.push(setTimeout(action, delay)) - 1] })
  writeFileSync(file, listOf({ number: 2n, thisUpdate: new Date(start + day / 2) }))
  await lists.reload()
  const timer = waits.at(-1) as NodeJS.Timeout & { _destroyed: boolean }
  t.strictSame([timer.hasRef(), timer._destroyed], [false, false])
  lists.close()
  t.equal(timer._destroyed, true)
})

t.test('a first list of a time to come is held: until it begins it tells nothing', async (t) => {
  const file = join(t.testdir({ 'ca.crl': listOf({ thisUpdate: new Date(start + day / 2) }) }), 'ca.crl')
  const scene = surroundings()
  const lists = await openLists(t, { crl: file }, scene)
  t.strictSame([lists.lists.length, scene.messages, scene.waiting], [1, [], []])
})
