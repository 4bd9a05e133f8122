import t from 'tap'
import { compilePolicy } from '../../lib/authorization/index.js'
import { named, permits } from './caller.js'
import { refuses } from './refusals.js'

t.test('a policy names the trust profiles that count, in order and each once', async (t) => {
  t.equal(compilePolicy({ subject: 'CN=alice' }, 'authorize').trust, undefined)
  t.strictSame(compilePolicy(() => true, 'authorize').trust, undefined)
  t.strictSame(compilePolicy({ trust: 'partners' }, 'authorize').trust, ['partners'])
  t.strictSame(compilePolicy({ trust: ['partners', 'default', 'partners'], subject: 'CN=alice' }, 'authorize').trust, ['partners', 'default'])
})

t.test('a profile alone permits whomever it verified, and another key is asked besides', async (t) => {
  const alice = named(['commonName', 'alice'])
  t.equal(permits({ trust: 'partners' }, alice), true)
  t.equal(permits({ trust: 'partners', subject: 'CN=alice' }, alice), true)
  t.equal(permits({ trust: 'partners', subject: 'CN=bob' }, alice), false)
})

t.test('a profile stands at the top of a policy, where it cannot be mistaken for one choice of several', async (t) => {
  const problem = 'stands only at the top of a policy: it names who has to have signed the certificate that all the rest is asked of'
  refuses(t, [
    [{ anyOf: [{ trust: 'partners' }, { subject: 'CN=alice' }] }, 'authorize.anyOf[0].trust', problem],
    [{ allOf: [{ trust: 'partners' }] }, 'authorize.allOf[0].trust', problem],
    [{ not: { trust: 'partners' } }, 'authorize.not.trust', problem],
    [{ trust: [] }, 'authorize.trust', 'is an empty list, which nothing can match'],
    [{ trust: '' }, 'authorize.trust', 'is empty'],
    [{ trust: undefined }, 'authorize.trust', 'must be a text, not undefined']
  ])
})
