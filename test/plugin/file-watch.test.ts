import { resolve } from 'node:path'
import t from 'tap'
import { OptionFiles } from '../../lib/plugin/file-watch.js'

/** A watch that is told by hand. */
function byHand () {
  const seen = { files: undefined as readonly string[] | undefined, tell: () => {}, isClosed: false }
  const start = (files: readonly string[], _options: object, changed: () => void) => {
    Object.assign(seen, { files, tell: changed })
    return { ready: Promise.resolve(), close () { seen.isClosed = true } }
  }
  return { seen, start }
}

const options = { watch: true, trust: {} }

t.test('the files that options name are watched, those of trust profiles too; contents and URLs are none', async (t) => {
  const { seen, start } = byHand()
  const trust = { partners: { ca: ['partners.cer', Buffer.from('30', 'hex')], crl: 'lists', hosts: [] } }
  await OptionFiles.watch({ ...options, key: 'server.key', cert: 'server.cer', ca: '-----BEGIN CERTIFICATE-----', crl: ['https://ca.example/ca.crl', 'ca.crl'], trust } as never, start)
  t.same(seen.files, ['server.key', 'server.cer', 'ca.crl', 'partners.cer', 'lists'].map((file) => resolve(file)))
})

t.test('what changes while the application starts is told when there is somebody to tell', async (t) => {
  const { seen, start } = byHand()
  const files = await OptionFiles.watch({ ...options, pfx: 'server.p12' } as never, start)
  let told = 0
  seen.tell()
  seen.tell()
  files.onChange(() => { told++ })
  t.equal(told, 1)
  seen.tell()
  t.equal(told, 2)
  files.close()
  t.equal(seen.isClosed, true)
})

t.test('without files, or with watch: false, nothing is watched', async (t) => {
  for (const each of [{ ...options, ca: Buffer.from('30', 'hex') }, { ...options, watch: false, ca: 'ca.cer' }]) {
    const { seen, start } = byHand()
    const files = await OptionFiles.watch(each as never, start)
    files.onChange(() => {})
    files.close()
    t.equal(seen.files, undefined)
  }
})
