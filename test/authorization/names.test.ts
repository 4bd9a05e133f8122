import t from 'tap'
import { extensionTypes, parseDistinguishedName, write, writeDistinguishedName, writeObjectIdentifier, writeSequence, writeSet } from '../../lib/certificate/index.js'
import { mint, mintAuthority } from '../helpers/mint.js'
import { authority, caller, judged, named, permits, withNames } from './caller.js'

const alice = named(['commonName', 'alice'], ['organizationalUnitName', 'Operations'], ['organizationName', 'Example'])

t.test('an attribute of the subject is compared exactly', async (t) => {
  t.ok(permits({ subject: { organizationalUnitName: 'Operations' } }, alice))
  for (const other of ['operations', 'OPERATIONS', 'Operation', 'Operations ', ' Operations', 'Operations,O=Example']) {
    t.strictSame(judged({ subject: { organizationalUnitName: other } }, alice), {
      permitted: false, reason: 'authorize.subject.organizationalUnitName does not match: the name has another value', failures: []
    }, other)
  }
})

t.test('texts that look the same but are written with other characters differ', async (t) => {
  const composed = named(['commonName', 'Jos\u00e9'])
  t.ok(permits({ subject: { commonName: 'Jos\u00e9' } }, composed))
  t.notOk(permits({ subject: { commonName: 'Jose\u0301' } }, composed))
})

t.test('an attribute may be named by its dotted type', async (t) => {
  t.ok(permits({ subject: { '2.5.4.11': 'Operations' } }, alice))
  t.notOk(permits({ subject: { '2.5.4.11': 'Sales' } }, alice))
  t.ok(permits({ subject: { '1.2.3.4.5': 'x' } }, named(['1.2.3.4.5', 'x'])))
  t.notOk(permits({ subject: { '1.2.3.4.5': 'x' } }, alice))
})

t.test('all attributes must match, and a list matches by any member', async (t) => {
  t.ok(permits({ subject: { commonName: 'alice', organizationalUnitName: ['Sales', 'Operations'] } }, alice))
  t.notOk(permits({ subject: { commonName: 'bob', organizationalUnitName: ['Sales', 'Operations'] } }, alice))
  t.notOk(permits({ subject: { commonName: 'alice', organizationalUnitName: ['Sales', 'Support'] } }, alice))
  t.ok(permits({ subject: [{ commonName: 'bob' }, { commonName: 'alice' }] }, alice))
})

t.test('a list of names of which none matches says why of each', async (t) => {
  t.equal(judged({ subject: [{ commonName: 'bob' }, 'CN=carol'] }, alice).reason,
    'no member of authorize.subject matches (authorize.subject[0].commonName does not match: the name has another value; authorize.subject[1] is another name)')
})

t.test('a reason names five members at most', async (t) => {
  const reason = judged({ subject: ['CN=1', 'CN=2', 'CN=3', 'CN=4', 'CN=5', 'CN=6', 'CN=7'] }, alice).reason
  t.match(reason, /authorize\.subject\[4\] is another name; and 2 more\)$/)
  t.match(judged({ subject: ['CN=1', 'CN=2', 'CN=3', 'CN=4', 'CN=5'] }, alice).reason, /authorize\.subject\[4\] is another name\)$/)
})

t.test('an attribute that is not there does not match', async (t) => {
  t.equal(judged({ subject: { localityName: 'Utrecht' } }, alice).reason, 'authorize.subject.localityName does not match: the name has none')
})

t.test('a repeated attribute has no single value and does not match', async (t) => {
  const both = named(['organizationalUnitName', 'Operations'], ['organizationalUnitName', 'Guests'])
  const policy = { subject: { organizationalUnitName: 'Operations' } }
  t.equal(both.subject.organizationalUnitName, undefined)
  t.equal(judged(policy, both).reason, 'authorize.subject.organizationalUnitName does not match: the name has 2 of them, and so no single value')
  t.notOk(permits({ subject: { organizationalUnitName: ['Operations', 'Guests'] } }, both))
  t.notOk(permits(policy, named(['organizationalUnitName', 'Operations'], ['organizationalUnitName', 'Operations'])), 'twice the same')
})

t.test('what hides a value behind another of the same type does not slip through a not', async (t) => {
  const policy = { not: { subject: { organizationalUnitName: 'Guests' } } }
  const hidden = named(['organizationalUnitName', 'Guests'], ['organizationalUnitName', 'Operations'])
  t.equal(judged(policy, hidden).reason,
    'authorize.not cannot be told: authorize.not.subject.organizationalUnitName does not match: the name has 2 of them, and so no single value')
  t.notOk(permits(policy, named(['organizationalUnitName', 'Operations'], ['organizationalUnitName', 'Guests'])), 'in the other order')
  t.notOk(permits(policy, named(['organizationalUnitName', 'Guests'])))
  t.ok(permits(policy, alice))
  t.ok(permits(policy, named(['organizationalUnitName', 'Operations'], ['organizationalUnitName', 'Support'])), 'no value is a guest')
})

t.test('nor does it slip through where the not is about a list of names', async (t) => {
  const hidden = named(['organizationalUnitName', 'Guests'], ['organizationalUnitName', 'Operations'])
  const guests = [{ organizationalUnitName: 'Guests' }, { commonName: 'guest' }]
  t.notOk(permits({ not: { subject: guests } }, hidden))
  t.notOk(permits({ not: { subject: [...guests].reverse() } }, hidden))
  t.notOk(permits({ not: { anchor: guests } }, caller({}, hidden)))
  t.ok(permits({ not: { subject: guests } }, alice))
  t.ok(permits({ subject: [...guests, { organizationalUnitName: 'Operations' }] }, alice))
})

t.test('attributes of one set count as repeated, too', async (t) => {
  const subject = writeDistinguishedName([[['organizationalUnitName', 'Operations'], ['organizationalUnitName', 'Guests']]])
  t.notOk(permits({ subject: { organizationalUnitName: 'Operations' } }, caller({ subject })))
})

t.test('a value that is no text matches no text, not even its own form', async (t) => {
  const value = Buffer.from([0x04, 0x01, 0x61])
  const subject = writeSequence(writeSet(writeSequence(writeObjectIdentifier('1.2.3.4'), value)))
  const odd = caller({ subject })
  t.equal(odd.subject.get('1.2.3.4'), '#040161')
  t.equal(judged({ subject: { '1.2.3.4': '#040161' } }, odd).reason, 'authorize.subject.1.2.3.4 does not match: the name has a value that is no text')
  t.notOk(permits({ not: { subject: { '1.2.3.4': 'a' } } }, odd), 'nor can it be told beneath a not')
  t.ok(permits({ subject: '1.2.3.4=#040161' }, odd), 'a whole name may hold it')
})

t.test('a whole name is compared as RFC 5280 says', async (t) => {
  t.ok(permits({ subject: 'O=Example,OU=Operations,CN=alice' }, alice))
  t.ok(permits({ subject: 'O=example,OU=OPERATIONS,CN=Alice' }, alice), 'case does not tell')
  t.ok(permits({ subject: alice.subject }, alice), 'a DistinguishedName')
  t.ok(permits({ subject: parseDistinguishedName('O=Example,OU=Operations,CN=alice') }, alice))
  for (const other of ['CN=alice', 'OU=Operations,O=Example,CN=alice', 'CN=alice,OU=Operations,O=Other', 'O=Example,OU=Operations,CN=bob', 'O=Example+OU=Operations+CN=alice']) {
    t.equal(judged({ subject: other }, alice).reason, 'authorize.subject is another name', other)
  }
})

t.test('a whole name in reverse order does not match, and the reason says so', async (t) => {
  const reversed = 'CN=alice,OU=Operations,O=Example'
  const problem = 'has the same attributes in reverse order: a text in the form of RFC 4514 begins with the last one'
  t.strictSame(judged({ subject: reversed }, alice), { permitted: false, reason: `authorize.subject ${problem}`, failures: [] })
  t.equal(judged({ issuer: 'CN=Test CA,O=example' }, alice).reason, `authorize.issuer ${problem}`)
  t.equal(judged({ anchor: parseDistinguishedName('CN=Test CA,O=Example') }, alice).reason, `authorize.anchor ${problem}`)
  t.match(judged({ subject: ['CN=bob', reversed] }, alice).reason, `authorize.subject[0] is another name; authorize.subject[1] ${problem}`)
})

t.test('a SPIFFE ID is of a certificate with one URI name alone, also beneath not', async (t) => {
  const uri = (value: string) => ({ type: 'uniformResourceIdentifier', value }) as const
  const [web, db, page] = [uri('spiffe://example.org/web'), uri('SPIFFE://example.org/db'), uri('https://example.org/')]
  const policies = [{ uniformResourceIdentifier: web.value }, { uniformResourceIdentifier: [page.value, web.value] }, { spiffeTrustDomain: 'example.org' }]
  for (const subjectAltName of policies) {
    const key = `authorize.subjectAltName.${Object.keys(subjectAltName)[0]}`
    t.ok(permits({ subjectAltName }, withNames({ type: 'dNSName', value: 'a.example' }, web)))
    for (const [count, names] of [[2, [web, db]], [2, [db, web]], [2, [web, page]], [3, [page, page, web]], [2, [web, web]]] as const) {
      const svid = withNames(...names)
      t.equal(judged({ subjectAltName }, svid).reason, `${key} does not match: the certificate has ${count} URI names, an X509-SVID has one`)
      t.notOk(permits({ not: { subjectAltName } }, svid), 'beneath not')
    }
  }
  t.notOk(permits({ not: { subjectAltName: { uniformResourceIdentifier: 'spiffe://example.org/other' } } }, withNames(web, db)), 'nor where none of the two is meant')
  t.ok(permits({ subjectAltName: { uniformResourceIdentifier: page.value } }, withNames(page, web)), 'a policy without SPIFFE')
  t.ok(permits({ subjectAltName: policies[1] }, withNames(page, uri('https://example.org/2'))), 'a certificate without SPIFFE')
})

t.test('a trust domain has every workload in it, and nothing that only looks like it', async (t) => {
  const policy = { subjectAltName: { spiffeTrustDomain: ['example.org', 'a_b-1.example'] } }
  const of = (value: string) => withNames({ type: 'uniformResourceIdentifier', value })
  for (const value of ['spiffe://example.org/web', 'spiffe://example.org/ns/default/sa/web', 'spiffe://a_b-1.example/x']) t.ok(permits(policy, of(value)), value)
  const others = [
    'spiffe://example.org', 'spiffe://example.org/', 'spiffe://example.org.evil.example/web', 'spiffe://evil.example/example.org/', 'spiffe://example.org:443/web',
    'spiffe://example.org@evil.example/web', 'spiffe://EXAMPLE.org/web', 'https://example.org/web', 'spiffe://example.org?/web'
  ]
  for (const value of others) t.equal(judged(policy, of(value)).reason, 'authorize.subjectAltName.spiffeTrustDomain does not match: the certificate has 1 other', value)
  t.equal(judged(policy, alice).reason, 'authorize.subjectAltName.spiffeTrustDomain does not match: the certificate has none')
})

t.test('a whole name is told apart again for the next certificate', async (t) => {
  const policy = { subject: 'CN=alice' }
  for (const [name, expected] of [['alice', true], ['bob', false], ['ALICE', true]] as const) {
    const certificate = named(['commonName', name])
    t.equal(permits(policy, certificate), expected)
    t.equal(permits(policy, certificate), expected, 'and once more')
  }
})

t.test('the text of one attribute is not searched for in another', async (t) => {
  const sly = named(['commonName', 'x,OU=Operations'], ['organizationName', 'OU=Operations'])
  t.notOk(permits({ subject: { organizationalUnitName: 'Operations' } }, sly))
  t.notOk(permits({ subject: 'CN=x,OU=Operations,O=OU\\=Operations' }, sly))
})

t.test('the issuer is matched like the subject', async (t) => {
  t.ok(permits({ issuer: { commonName: 'Test CA' } }, alice))
  t.ok(permits({ issuer: 'O=Example,CN=Test CA' }, alice))
  t.notOk(permits({ issuer: { commonName: 'alice' } }, alice))
  t.equal(judged({ issuer: { commonName: 'Other CA' } }, alice).reason, 'authorize.issuer.commonName does not match: the name has another value')
})

t.test('the anchor is the end of the path, not the issuer', async (t) => {
  const root = mintAuthority({ subject: 'Root' })
  const intermediate = mintAuthority({ subject: 'Intermediate', issuer: root })
  const certificate = mint({ issuer: intermediate }).certificate.along([intermediate.certificate, root.certificate])
  t.ok(permits({ anchor: { commonName: 'Root' } }, certificate))
  t.ok(permits({ anchor: 'CN=Root', issuer: 'CN=Intermediate' }, certificate))
  t.equal(judged({ anchor: { commonName: 'Intermediate' } }, certificate).reason, 'authorize.anchor.commonName does not match: the name has another value')
  t.notOk(permits({ issuer: { commonName: 'Root' } }, certificate))
})

t.test('the anchor may be named by its fingerprints', async (t) => {
  const { fingerprint256, publicKeyFingerprint256, subject } = authority.certificate
  t.ok(permits({ anchor: { fingerprint256 } }, alice))
  t.ok(permits({ anchor: { publicKeyFingerprint256, commonName: 'Test CA' } }, alice))
  t.ok(permits({ anchor: [{ commonName: 'Other CA' }, subject] }, alice))
  t.notOk(permits({ anchor: { publicKeyFingerprint256, commonName: 'Other CA' } }, alice))
  const namesake = mintAuthority({ subject: [['commonName', 'Test CA'], ['organizationName', 'Example']] })
  t.equal(judged({ anchor: { fingerprint256 } }, caller({ issuer: namesake }, namesake.certificate)).reason, 'authorize.anchor.fingerprint256 is another')
})

t.test('where the path was verified elsewhere the anchor cannot be told, and nobody passes for it', async (t) => {
  const vouched = mint({ subject: 'alice', issuer: authority }).certificate.along([])
  for (const policy of [{ anchor: { commonName: 'alice' } }, { anchor: { commonName: 'Test CA' } }, { not: { anchor: { commonName: 'Other CA' } } }]) t.notOk(permits(policy, vouched))
  t.equal(judged({ anchor: 'CN=alice' }, vouched).reason, 'authorize.anchor cannot be told: the path was verified by a proxy')
  t.ok(permits({ subject: { commonName: 'alice' } }, vouched))
})

t.test('a trust anchor that is the certificate itself ends its path', async (t) => {
  const self = mint({ subject: 'self' }).certificate.along([])
  t.ok(permits({ anchor: { commonName: 'self' } }, self))
})

t.test('a name of the subject in subjectAltName is a name like any other', async (t) => {
  const certificate = withNames({ type: 'dNSName', value: 'alice' }, { type: 'directoryName', value: 'CN=alice,O=Example' })
  t.ok(permits({ subjectAltName: { directoryName: { commonName: 'alice' } } }, certificate))
  t.ok(permits({ subjectAltName: { directoryName: ['CN=bob', 'cn=ALICE,o=Example'] } }, certificate))
  t.notOk(permits({ subject: { commonName: 'alice' } }, certificate))
  t.equal(judged({ subjectAltName: { directoryName: 'CN=alice' } }, certificate).reason,
    'authorize.subjectAltName.directoryName does not match: the certificate has 1 other')
  const repeated = withNames({ type: 'directoryName', value: 'CN=alice,CN=bob' })
  t.notOk(permits({ subjectAltName: { directoryName: { commonName: 'alice' } } }, repeated))
  t.notOk(permits({ not: { subjectAltName: { directoryName: { commonName: 'alice' } } } }, repeated))
})

t.test('names by type: what matches and what does not', async (t) => {
  const cases = [
    ['rfc822Name', 'Alice@example.com', ['Alice@example.com', 'Alice@EXAMPLE.com'], ['alice@example.com', 'Alice@example.co', 'Alice@example.com.', 'Bob@example.com']],
    ['dNSName', 'api.Example.com', ['api.example.com', 'API.EXAMPLE.COM'], ['example.com', 'a.api.example.com', 'api.example.com.', 'xapi.example.com']],
    ['uniformResourceIdentifier', 'spiffe://example.org/a', ['spiffe://example.org/a'], ['spiffe://example.org/A', 'spiffe://example.org/a/', 'spiffe://example.org', 'SPIFFE://example.org/a']],
    ['iPAddress', '10.0.0.1', ['10.0.0.1'], ['10.0.0.2', '::ffff:10.0.0.1', '::']],
    ['iPAddress', '2001:db8::1', ['2001:db8::1', '2001:0DB8:0:0:0:0:0:1', '2001:db8:0::0.0.0.1'], ['2001:db8::2', '::1']],
    ['registeredID', '1.2.3.4', ['1.2.3.4'], ['1.2.3', '1.2.3.4.5', '1.2.3.40']],
    ['userPrincipalName', 'Alice@corp.example', ['Alice@corp.example'], ['alice@corp.example', 'Alice@CORP.example', 'Alice']],
    ['smtpUTF8Mailbox', 'j\u00f6rg@example.com', ['j\u00f6rg@example.com', 'j\u00f6rg@Example.COM'], ['J\u00f6rg@example.com', 'jo\u0308rg@example.com', 'jorg@example.com']]
  ] as const
  for (const [type, value, matching, others] of cases) {
    const certificate = withNames({ type: 'dNSName', value: 'first.example' }, { type, value })
    for (const text of matching) t.ok(permits({ subjectAltName: { [type]: text } }, certificate), `${type} ${text}`)
    t.notOk(permits({ subjectAltName: { [type]: [...others] } }, certificate), `${type} others`)
    for (const text of others) t.notOk(permits({ subjectAltName: { [type]: text } }, certificate), `${type} ${text}`)
    t.ok(permits({ subjectAltName: { [type]: [others[0], matching[0]] } }, certificate), `${type} by any member`)
  }
})

t.test('a name of one type is not found under another', async (t) => {
  const types = ['rfc822Name', 'userPrincipalName', 'smtpUTF8Mailbox'] as const
  for (const type of types) {
    const certificate = withNames(type === 'smtpUTF8Mailbox' ? { type, value: '\u00e9@example.com' } : { type, value: 'e@example.com' })
    for (const other of types) {
      const text = type === 'smtpUTF8Mailbox' && other !== 'rfc822Name' ? '\u00e9@example.com' : 'e@example.com'
      t.equal(permits({ subjectAltName: { [other]: text } }, certificate), other === type, `${type} as ${other}`)
    }
  }
  t.notOk(permits({ subjectAltName: { dNSName: 'e.example' } }, named(['commonName', 'e.example'])), 'a common name is no dNSName')
})

t.test('all types of one object must match, by whichever names', async (t) => {
  const certificate = withNames({ type: 'dNSName', value: 'a.example' }, { type: 'dNSName', value: 'b.example' }, { type: 'rfc822Name', value: 'a@b.example' })
  t.ok(permits({ subjectAltName: { dNSName: 'b.example', rfc822Name: 'a@b.example' } }, certificate))
  t.notOk(permits({ subjectAltName: { dNSName: 'b.example', rfc822Name: 'c@b.example' } }, certificate))
  t.ok(permits({ subjectAltName: [{ dNSName: 'c.example' }, { rfc822Name: 'a@b.example' }] }, certificate))
  t.ok(permits({ not: { subjectAltName: { dNSName: 'c.example' } } }, certificate))
  t.notOk(permits({ not: { subjectAltName: { dNSName: 'b.example' } } }, certificate))
})

t.test('a certificate without such a name does not match, and the reason counts those it has', async (t) => {
  t.equal(judged({ subjectAltName: { dNSName: 'a.example' } }, alice).reason, 'authorize.subjectAltName.dNSName does not match: the certificate has none')
  const certificate = withNames({ type: 'dNSName', value: 'a.example' }, { type: 'dNSName', value: 'b.example' }, { type: 'iPAddress', value: '::1' })
  t.equal(judged({ subjectAltName: { dNSName: 'c.example' } }, certificate).reason, 'authorize.subjectAltName.dNSName does not match: the certificate has 2 other')
  t.equal(judged({ subjectAltName: { iPAddress: '::2' } }, certificate).reason, 'authorize.subjectAltName.iPAddress does not match: the certificate has 1 other')
})

const withOctets = (...names: Buffer[]) =>
  caller({ extensions: [{ type: extensionTypes.subjectAltName, critical: false, value: writeSequence(...names) }] })

t.test('names that are odd match nothing', async (t) => {
  const odd = withOctets(write(0x81, Buffer.from('example.com')), write(0x81, Buffer.from('@example.com')), write(0x82, Buffer.from('*.example.com')),
    write(0xa0, writeObjectIdentifier('1.2.3'), write(0xa0, Buffer.from([5, 0]))))
  t.notOk(permits({ subjectAltName: { rfc822Name: 'a@example.com' } }, odd), 'a host or no one at a host')
  t.notOk(permits({ subjectAltName: { dNSName: 'a.example.com' } }, odd), 'a wildcard')
  t.notOk(permits({ subjectAltName: { userPrincipalName: 'a@example.com' } }, odd), 'an otherName of another type')
})

t.test('the domain of a mailbox stands behind its last at sign', async (t) => {
  const quoted = withNames({ type: 'rfc822Name', value: '"A@B"@Example.com' })
  t.ok(permits({ subjectAltName: { rfc822Name: '"A@B"@example.COM' } }, quoted))
  t.notOk(permits({ subjectAltName: { rfc822Name: '"A@b"@example.com' } }, quoted))
  t.notOk(permits({ subjectAltName: { rfc822Name: '"a@B"@example.com' } }, quoted))
  const international = withNames({ type: 'smtpUTF8Mailbox', value: '"a@\u00e9"@Example.com' })
  t.ok(permits({ subjectAltName: { smtpUTF8Mailbox: '"a@\u00e9"@example.com' } }, international))
})

t.test('only ASCII letters have a case', async (t) => {
  const kelvin = Buffer.from('\u00e9@\u212aelvin.example')
  const odd = withOctets(write(0xa0, writeObjectIdentifier('1.3.6.1.5.5.7.8.9'), write(0xa0, write(0x0c, kelvin))))
  t.equal('\u212a'.toLowerCase(), 'k', 'the Kelvin sign folds to a letter otherwise')
  t.notOk(permits({ subjectAltName: { smtpUTF8Mailbox: '\u00e9@kelvin.example' } }, odd))
})
