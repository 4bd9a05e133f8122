import { getCurves } from 'node:crypto'
import t from 'tap'
import { extensionTypes, nameConstraintsExtension, writeGeneralNames } from '../../lib/certificate/index.js'
import { call, listen, makeWorld } from '../helpers/application.js'
import { basicConstraints, keyUsage, mintAuthority, mintClient, newKeys, type Minted } from '../helpers/mint.js'

const world = makeWorld()

const weak = ['secp112r1', 'secp128r1', 'sect113r1'].filter((curve) => getCurves().includes(curve))

for (const curve of weak) {
  t.test(`over a connection: a client below a CA with a key on ${curve} is not let in, be it the root or an intermediate`, async (t) => {
    const root = mintAuthority({ subject: 'Weak root', keys: newKeys(curve) })
    const intermediate = mintAuthority({ subject: 'Weak intermediate', issuer: world.authority, keys: newKeys(curve) })
    const { port, log } = await listen(t, world, { options: { ca: [world.authority.pem, root.pem] } })
    // A client whose OpenSSL does not mind.
    const ciphers = 'DEFAULT:@SECLEVEL=0'
    for (const sent of [{ client: mintClient(root) }, { client: mintClient(intermediate), chain: [intermediate] }]) {
      t.match(await call(world, port, '/guarded', { ...sent, ciphers }), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' } })
    }
    t.match(await call(world, port, '/guarded', { client: world.client }), { status: 200 })
    t.equal(log.filter(({ msg, clientCertificate }) => msg.startsWith('request refused') && /the EC key has 11[23]|the EC key has 128/.test((clientCertificate as { reason: string }).reason)).length, 2)
  })
}

t.test('over a connection: a mailbox in the subject is held to the constraints of the CA above, whatever subjectAltName says', async (t) => {
  const limited = mintAuthority({
    subject: 'Example only',
    issuer: world.authority,
    extensions: [basicConstraints(true), keyUsage('keyCertSign'), nameConstraintsExtension({ permitted: [{ type: 'rfc822Name', value: 'example.com' }] })]
  })
  const clientOf = (mailbox: string): Minted => mintClient(limited, {
    subject: [['emailAddress', mailbox]],
    extensions: [basicConstraints(false), { type: extensionTypes.subjectAltName, critical: false, value: writeGeneralNames([{ type: 'rfc822Name', value: 'ann@example.com' }]) }]
  })
  const { port } = await listen(t, world, { options: { authorize: { subject: { emailAddress: ['admin@corp.com', 'ann@example.com'] } } } })
  t.match(await call(world, port, '/guarded', { client: clientOf('ann@example.com'), chain: [limited] }), { status: 200 })
  t.match(await call(world, port, '/guarded', { client: clientOf('admin@corp.com'), chain: [limited] }), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' } })
})
