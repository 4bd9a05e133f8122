import t from 'tap'
import { Caller } from '../../lib/plugin/caller.js'
import { DenyList } from '../../lib/plugin/deny-list.js'
import { StatusFinder } from '../../lib/plugin/status-finder.js'
import { TrustProfile } from '../../lib/plugin/trust-profile.js'
import { TrustSource } from '../../lib/plugin/trust-source.js'
import { extendedKeyUsage, mint, mintAuthority, mintClient, type Minted } from '../helpers/mint.js'

const authority = mintAuthority()
const now = Date.now()
const profileOf = (maxSeen?: number) => new TrustProfile([authority.certificate], { name: 'default', denyList: new DenyList(undefined), maxSeen })
const peerOf = (client: Minted, ...intermediates: Minted[]) =>
  ({ fingerprint256: client.certificate.fingerprint256, certificate: client.der, intermediates: intermediates.map((each) => each.der) })

t.test('a client that was seen before costs a look-up: its certificate is the same value', async (t) => {
  const profile = profileOf()
  const peer = peerOf(mintClient(authority))
  const first = new Caller(peer, now).verdictAt(now, profile)
  t.equal(first.refusal, null)
  t.equal(new Caller({ ...peer }, now).verdictAt(now, profile), first)
})

t.test('of more clients than are remembered, the first is forgotten, and judged anew', async (t) => {
  const profile = profileOf(2)
  const peers = [1, 2, 3].map((number) => peerOf(mintClient(authority, { subject: `client ${number}` })))
  const verdicts = peers.map((peer) => new Caller(peer, now).verdictAt(now, profile))
  t.equal(new Caller(peers[2], now).verdictAt(now, profile), verdicts[2])
  t.equal(new Caller(peers[1], now).verdictAt(now, profile), verdicts[1])
  const again = new Caller(peers[0], now).verdictAt(now, profile)
  t.not(again, verdicts[0])
  t.equal(again.certificate?.subject.commonName, 'client 1')
})

t.test('clients that are refused are not remembered: one that sends its intermediates next time is let in', async (t) => {
  const profile = profileOf()
  const intermediate = mintAuthority({ subject: 'Intermediate CA', issuer: authority })
  const client = mintClient(intermediate)
  t.match(new Caller(peerOf(client), now).verdictAt(now, profile), { certificate: null, refusal: { reason: 'UNTRUSTED' } })
  t.match(new Caller(peerOf(client, intermediate), now).verdictAt(now, profile), { refusal: null })
  t.match(new Caller(peerOf(client), now).verdictAt(now, profile), { refusal: null }, 'and now its path is known')
})

t.test('only the intermediates that a path needed are kept, and new ones take their place', async (t) => {
  const day = 24 * 60 * 60 * 1000
  const later = now + 10 * day
  const keys = mintAuthority()
  const pair = { publicKey: keys.publicKey, privateKey: keys.privateKey }
  const first = mintAuthority({ subject: 'Intermediate CA', issuer: authority, keys: pair, notAfter: new Date(now + day) })
  const second = mintAuthority({ subject: 'Intermediate CA', issuer: authority, keys: pair })
  const client = mintClient(first)
  const profile = profileOf()

  const seen = profile.look(peerOf(client, first, mintAuthority({ subject: 'Of no use' })), now)
  t.same(seen.peer.intermediates, [first.der])
  t.match(profile.look(peerOf(client), later).verdict.refusal, { reason: 'UNTRUSTED' })
  t.same(profile.look(peerOf(client, second), later).peer.intermediates, [second.der])
  t.equal(profile.look(peerOf(client), later).verdict.refusal, null)
})

t.test('a certificate that cannot be read is untrusted, with the reason, and without a name', async (t) => {
  const profile = profileOf()
  const verdict = new Caller({ fingerprint256: 'any', certificate: Buffer.from('3003020101', 'hex'), intermediates: [] }, now).verdictAt(now, profile)
  t.match(verdict, { certificate: null, presented: undefined, refusal: { reason: 'UNTRUSTED', cause: { code: 'ERR_CERTIFICATE_MALFORMED' } } })
})

t.test('a clock that does not tell the time lets nobody in', async (t) => {
  const profile = profileOf()
  t.throws(() => new Caller(peerOf(mintClient(authority)), now).verdictAt(NaN, profile), { name: 'TypeError', message: 'at is an Invalid Date' })
})

t.test('what is said of one client is forgotten for that client alone', async (t) => {
  const profile = profileOf()
  const [one, other] = [mintClient(authority, { subject: 'one' }), mintClient(authority, { subject: 'other' })]
  const callers = [one, other].map((client) => new Caller(peerOf(client), now))
  const verdicts = callers.map((caller) => caller.verdictAt(now, profile))
  profile.forget(one.certificate)
  profile.forget(mintClient(authority).certificate)
  t.same(callers.map((caller) => caller.forget(one.certificate)), [true, false])
  t.not(callers[0].verdictAt(now, profile), verdicts[0])
  t.equal(callers[1].verdictAt(now, profile), verdicts[1])
})

t.test('a certificate that is an anchor itself has nobody above it to ask about it', async (t) => {
  const nobody = () => { throw new Error('asked') }
  const own = mint({ subject: 'own', extensions: [extendedKeyUsage('clientAuth')] })
  const profile = new TrustProfile([own.certificate], { name: 'default', denyList: new DenyList(undefined) })
  profile.lookUpStatus(new StatusFinder(undefined, { askFor: nobody, responsesFor: nobody } as never, () => profile.authorities))
  t.equal(profile.look(peerOf(own), now).verdict.refusal, null)
})

t.test('a mistake while a profile is opened is not taken for an option', async (t) => {
  const options = { get ca (): never { throw new TypeError('made up') }, revocation: {}, whenNotConforming: 'accept' } as const
  await t.rejects(TrustSource.open('partners', options, { now: Date.now, elapsed: () => performance.now(), startsWithin: 5000, log: {} as never, denyList: new DenyList(undefined), changed: () => {} }), { name: 'TypeError', message: 'made up' })
})
