import t from 'tap'
import { Callers } from '../../lib/plugin/callers.js'
import { mintAuthority, mintClient, type Minted } from '../helpers/mint.js'

const authority = mintAuthority()
const now = Date.now()
const peerOf = (client: Minted, ...intermediates: Minted[]) =>
  ({ fingerprint256: client.certificate.fingerprint256, certificate: client.der, intermediates: intermediates.map((each) => each.der) })

t.test('a client that was seen before costs a look-up: its certificate is the same value', async (t) => {
  const callers = new Callers([authority.certificate])
  const peer = peerOf(mintClient(authority))
  const first = callers.caller(peer, now).verdictAt(now)
  t.equal(first.refusal, null)
  t.equal(callers.caller({ ...peer }, now).verdictAt(now), first)
})

t.test('of more clients than are remembered, the first is forgotten, and judged anew', async (t) => {
  const callers = new Callers([authority.certificate], 2)
  const peers = [1, 2, 3].map((number) => peerOf(mintClient(authority, { subject: `client ${number}` })))
  const verdicts = peers.map((peer) => callers.caller(peer, now).verdictAt(now))
  t.equal(callers.caller(peers[2], now).verdictAt(now), verdicts[2])
  t.equal(callers.caller(peers[1], now).verdictAt(now), verdicts[1])
  const again = callers.caller(peers[0], now).verdictAt(now)
  t.not(again, verdicts[0])
  t.equal(again.certificate?.subject.commonName, 'client 1')
})

t.test('clients that are refused are not remembered: one that sends its intermediates next time is let in', async (t) => {
  const callers = new Callers([authority.certificate])
  const intermediate = mintAuthority({ subject: 'Intermediate CA', issuer: authority })
  const client = mintClient(intermediate)
  t.match(callers.caller(peerOf(client), now).verdictAt(now), { certificate: null, refusal: { reason: 'UNTRUSTED' } })
  t.match(callers.caller(peerOf(client, intermediate), now).verdictAt(now), { refusal: null })
  t.match(callers.caller(peerOf(client), now).verdictAt(now), { refusal: null }, 'and now its path is known')
})

t.test('only the intermediates that a path needed are kept, and new ones take their place', async (t) => {
  const day = 24 * 60 * 60 * 1000
  const later = now + 10 * day
  const keys = mintAuthority()
  const pair = { publicKey: keys.publicKey, privateKey: keys.privateKey }
  const first = mintAuthority({ subject: 'Intermediate CA', issuer: authority, keys: pair, notAfter: new Date(now + day) })
  const second = mintAuthority({ subject: 'Intermediate CA', issuer: authority, keys: pair })
  const client = mintClient(first)
  const callers = new Callers([authority.certificate])

  const seen = callers.look(peerOf(client, first, mintAuthority({ subject: 'Of no use' })), now)
  t.same(seen.peer.intermediates, [first.der])
  t.match(callers.look(peerOf(client), later).verdict.refusal, { reason: 'UNTRUSTED' })
  t.same(callers.look(peerOf(client, second), later).peer.intermediates, [second.der])
  t.equal(callers.look(peerOf(client), later).verdict.refusal, null)
})

t.test('a certificate that cannot be read is untrusted, with the reason, and without a name', async (t) => {
  const callers = new Callers([authority.certificate])
  const verdict = callers.caller({ fingerprint256: 'any', certificate: Buffer.from('3003020101', 'hex'), intermediates: [] }, now).verdictAt(now)
  t.match(verdict, { certificate: null, presented: undefined, refusal: { reason: 'UNTRUSTED', cause: { code: 'ERR_CERTIFICATE_MALFORMED' } } })
})

t.test('a clock that does not tell the time lets nobody in', async (t) => {
  const callers = new Callers([authority.certificate])
  t.throws(() => callers.caller(peerOf(mintClient(authority)), NaN), { name: 'TypeError', message: 'at is an Invalid Date' })
})
