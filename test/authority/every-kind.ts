import type { KeyObject } from 'node:crypto'
import { createAuthority, generatePrivateKey, keyTypes, memoryStore, type Issued, type Signed } from '../../lib/authority/index.js'
import type { Certificate, CertificateList } from '../../lib/certificate/index.js'

/** What an authority of each key type writes: a root, an intermediate with everything that it can have, and what that issues. */
export interface Kind {
  /** The type of the root's key; the others are of other types. */
  readonly name: string
  readonly root: Certificate
  readonly issuing: Certificate
  readonly client: Issued
  /** Known by its alternative names alone. */
  readonly nameless: Issued
  readonly server: Issued
  readonly renewed: Signed
  readonly list: CertificateList
  readonly emptyList: CertificateList
}

const day = 24 * 60 * 60 * 1000

export const leavesOf = ({ client, nameless, server, renewed }: Kind): Certificate[] => [client, nameless, server, renewed].map(({ certificate }) => certificate)
export const certificatesOf = (kind: Kind): Certificate[] => [kind.root, kind.issuing, ...leavesOf(kind)]

/**
 * RSA keys are slow to make: there is one key of each type, and each has every part once. Everything is made `at` one time; the
 * client's certificate is revoked, its key known to others since 23 days before, and so is that of the nameless, for no reason.
 */
export async function everyKind (at: Date): Promise<Kind[]> {
  const keys = await Promise.all(keyTypes.map(async (keyType) => await generatePrivateKey(keyType)))
  return await Promise.all(keyTypes.map(async (name, index) => await kind(name, at, (offset) => keys[(index + offset) % keys.length])))
}

async function kind (name: string, at: Date, key: (offset: number) => KeyObject): Promise<Kind> {
  const root = await createAuthority({ subject: `CN=${name} root,OU=Käse,O=Example,C=NL`, at, days: 40 * 365, privateKey: key(0) })
  const issuing = await createAuthority({
    issuer: root,
    subject: `CN=${name} issuing,O=Example,C=NL`,
    at,
    days: 30 * 365,
    privateKey: key(1),
    pathLength: 0,
    store: memoryStore(),
    places: { cRLDistributionPoints: ['http://pki.example.com/issuing.crl'], ocsp: ['http://pki.example.com/ocsp'], caIssuers: ['http://pki.example.com/issuing.cer'] },
    nameConstraints: {
      // GnuTLS evaluates no directoryName, and takes the common name of a client for a DNS name that has to be permitted.
      permitted: [{ type: 'rfc822Name', value: 'example.com' }, { type: 'iPAddress', value: '127.0.0.0/8' }, { type: 'iPAddress', value: '::1/128' }],
      excluded: [{ type: 'dNSName', value: 'example.net' }]
    }
  })
  const emptyList = await issuing.certificateList({ at, days: 7 })
  const client = await issuing.issue({ profile: 'client', subject: 'CN=alice+UID=a1,1.2.840.113549.1.9.1=alice@example.com,DC=example,DC=com', at, days: 365, privateKey: key(2) })
  const nameless = await issuing.issue({ profile: 'client', subject: '', subjectAltName: [{ type: 'rfc822Name', value: 'bob@example.com' }], at, days: 365, privateKey: key(3) })
  const subjectAltName = [{ type: 'dNSName', value: 'localhost' }, { type: 'iPAddress', value: '127.0.0.1' }, { type: 'iPAddress', value: '::1' }] as const
  const server = await issuing.issue({ profile: 'server', subject: 'CN=localhost', subjectAltName, at, notAfter: new Date('2090-01-01'), whenPastEnd: 'cut', privateKey: key(4) })
  const renewed = await issuing.renew(client.certificate, { at, days: 30 })
  await issuing.revoke(client.certificate, { at, reason: 'keyCompromise', invalidityDate: new Date(at.getTime() - 23 * day) })
  await issuing.revoke(nameless.certificate, { at })
  return { name, root: root.certificate, issuing: issuing.certificate, client, nameless, server, renewed, list: await issuing.certificateList({ at, days: 7 }), emptyList }
}
