import t from 'tap'
import { AddressList, checkAreNotEverybody } from '../../lib/forwarding/address-list.js'

t.test('addresses and blocks are found, whichever way they are written', async (t) => {
  const list = new AddressList(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32', '::1', 'fe80::1'])
  for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '192.0.2.7', '2001:db8:0::1', '2001:DB8::2', '::1', '0:0:0:0:0:0:0:1', 'fe80::1%eth0']) {
    t.ok(list.has(address), address)
    t.ok(list.has(address), `${address}, once more`)
  }
  for (const address of ['11.0.0.1', '192.0.2.8', '2001:db9::1', '::2', '::ffff:11.0.0.1', '', 'unix', 'localhost', '10.1.2.3 ', undefined]) t.notOk(list.has(address), String(address))
})

t.test('the peer of a Unix domain socket is one where that is said', async (t) => {
  t.ok(new AddressList(['unix']).has('unix'))
  t.notOk(new AddressList(['unix']).has(undefined))
  t.notOk(new AddressList(['127.0.0.1']).has('unix'))
})

t.test('what is remembered of strangers has an end', async (t) => {
  const list = new AddressList(['10.0.0.1'])
  for (let number = 0; number < 1000; number++) t.notOk(list.has(`10.1.${number >> 8}.${number & 255}`))
  t.ok(list.has('10.0.0.1'))
})

t.test('what names nobody, or everybody, is refused', async (t) => {
  for (const entry of ['', 'proxy.local', '10.0.0', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/-1', '2001:db8::/129', 'fe80::1%eth0', '10.0.0.0/8/8', '/8', ' 10.0.0.1', '10.0.0.0/08x']) {
    t.throws(() => new AddressList([entry]), { name: 'RangeError', message: `has '${entry}', which is no IP address, no block of them as 10.0.0.0/8, and not 'unix'` }, entry)
  }
  for (const entry of ['0.0.0.0/0', '::/0', '10.0.0.0/0']) t.throws(() => new AddressList([entry]), { message: `has '${entry}', which is everybody: name the proxies` })
})

t.test('blocks that add up to everybody are refused, also without the addresses that no stranger has', async (t) => {
  const half = ['0.0.0.0/1', '128.0.0.0/1']
  const sixths = Array.from({ length: 224 }, (_, first) => `${first}.0.0.0/8`).filter((block) => block !== '10.0.0.0/8' && block !== '127.0.0.0/8')
  for (const blocks of [half, ['128.0.0.0/2', '192.0.0.0/3', '0.0.0.0/1'], ['::ffff:0:0/97', '128.0.0.0/1'], sixths, ['2000::/4', '3000::/4', '10.0.0.0/8'], [...half, 'unix']]) {
    t.throws(() => new AddressList(blocks), { name: 'RangeError', message: 'has blocks that add up to everybody: name the proxies' }, blocks.slice(0, 3).join())
  }
  for (const block of ['::ffff:0:0/96', '::ffff:0.0.0.0/96', '::/1', '::ffff:0:0/90', '64:ff9b::/96', '2000::/3', '8000::/0']) {
    t.throws(() => new AddressList([block]), { name: 'RangeError', message: `has '${block}', which is everybody: name the proxies` })
  }
  for (const blocks of [['0.0.0.0/1'], ['128.0.0.0/1', '10.0.0.0/8'], sixths.slice(0, -1), ['10.0.0.0/8', '192.168.0.0/16', 'fc00::/7'], ['2000::/4'], ['unix'], ['::ffff:10.0.0.0/104']]) {
    t.ok(new AddressList(blocks), blocks.slice(0, 3).join())
  }
})

t.test('lists are not everybody together', async (t) => {
  const lists = (...blocks: string[]) => blocks.map((block) => new AddressList([block]))
  t.throws(() => checkAreNotEverybody(lists('0.0.0.0/1', '10.0.0.1', '128.0.0.0/1')), { name: 'RangeError', message: 'have blocks that add up to everybody: name the proxies' })
  t.doesNotThrow(() => checkAreNotEverybody(lists('0.0.0.0/1', '128.0.0.0/4', '2001:db8::/32')))
  t.doesNotThrow(() => checkAreNotEverybody([]))
})
