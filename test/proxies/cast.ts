import { randomBytes } from 'node:crypto'
import { subjectAltNameExtension, writeDistinguishedName, writeOctetString } from '../../lib/certificate/index.js'
import type { ClientCertificateOptions } from '../../lib/index.js'
import { makeWorld, type World } from '../helpers/application.js'
import { mintList } from '../helpers/mint-list.js'
import { basicConstraints, extendedKeyUsage, keyUsage, mint, mintAuthority, mintClient, type Minted } from '../helpers/mint.js'

/** Who connects: with which certificate, and what behind it. */
export interface Role {
  readonly client?: Minted
  readonly chain?: readonly Minted[]
  /** What a direct connection is told, so that two equal answers are not two equal mistakes. */
  readonly code: string | null
}

export interface Cast {
  readonly world: World
  /** Whom clients trust: another than who signs them, or else OpenSSL sends it along behind their own. */
  readonly serverAuthority: Minted
  readonly roles: Readonly<Record<string, Role>>
  /** Another client whose certificate is good: what a forger would like to be. */
  readonly other: Minted
  /** A good certificate of some size. */
  readonly large: (octets: number) => Minted
  /** Whom to trust, and who is revoked. */
  readonly trust: Pick<ClientCertificateOptions, 'ca' | 'crl'>
}

const day = 24 * 60 * 60 * 1000
const at = (days: number): Date => new Date(Date.now() + days * day)

const oddNames = {
  'commas, quotes and backslashes in its name': writeDistinguishedName([[['organizationName', 'Acme, "Rockets" \\ Sons; Ltd. <x> #1']], [['commonName', ' leading, "quoted", trailing ']]]),
  'a name beyond ASCII': writeDistinguishedName([[['organizationName', 'Ærøskøbing Brød']], [['commonName', '株式会社 Żółć 🚀']]]),
  'attributes side by side in its name': writeDistinguishedName([[['organizationName', 'Acme']], [['commonName', 'a+b=c'], ['organizationalUnitName', 'one'], ['serialNumber', '7']]]),
  'line breaks and percent signs in its name': writeDistinguishedName([[['commonName', 'a\r\nX-SSL-Client-Cert: b%0Ac%']]]),
  'a long name': writeDistinguishedName(Array.from({ length: 20 }, (_, index) => [['organizationalUnitName', `${index} `.padEnd(64, 'x')]])),
  'no name': writeDistinguishedName([])
}

export function makeCast (): Cast {
  const serverAuthority = mintAuthority({ subject: 'Authority of servers' })
  const world = { ...makeWorld(), server: mint({ subject: 'localhost', issuer: serverAuthority, extensions: [extendedKeyUsage('serverAuth'), subjectAltNameExtension([{ type: 'dNSName', value: 'localhost' }])] }) }
  const { authority, client, stranger } = world
  const configured = mintAuthority({ subject: 'Configured intermediate', issuer: authority })
  const sent = mintAuthority({ subject: 'Sent intermediate', issuer: authority })
  const lower = mintAuthority({ subject: 'Lower intermediate', issuer: sent })
  const over = mintAuthority({ subject: 'Expired intermediate', issuer: authority, notBefore: at(-2), notAfter: at(-1) })
  const lookAlike = mintAuthority()
  const revoked = mintClient(authority, { subject: 'revoked' })
  const code = (name: string) => `FST_CLIENT_CERTIFICATE_${name}`
  const roles: Record<string, Role> = {
    'a good certificate': { client, code: null },
    'no certificate': { code: code('MISSING') },
    'an expired certificate': { client: mintClient(authority, { notBefore: at(-2), notAfter: at(-1) }), code: code('EXPIRED') },
    'a certificate that is not yet valid': { client: mintClient(authority, { notBefore: at(1), notAfter: at(2) }), code: code('NOT_YET_VALID') },
    'a certificate by an authority of the same name': { client: stranger, code: code('UNTRUSTED') },
    'a certificate and the authority of the same name': { client: mintClient(lookAlike), chain: [lookAlike], code: code('UNTRUSTED') },
    'a certificate signed by itself, of the same name': { client: mint({ subject: client.certificate.subject.raw, issuerName: authority.certificate.subject.raw, extensions: usual }), code: code('UNTRUSTED') },
    'a revoked certificate': { client: revoked, code: code('REVOKED') },
    'a certificate for servers': { client: mintClient(authority, { extensions: [basicConstraints(false), keyUsage('digitalSignature'), extendedKeyUsage('serverAuth')] }), code: code('UNTRUSTED') },
    'a certificate below an intermediate that the application knows': { client: mintClient(configured, { subject: 'below' }), code: null },
    'a certificate and the intermediate above it': { client: mintClient(sent, { subject: 'below, too' }), chain: [sent], code: null },
    'a certificate and two intermediates above it': { client: mintClient(lower, { subject: 'far below' }), chain: [lower, sent], code: null },
    'a certificate and an expired intermediate above it': { client: mintClient(over), chain: [over], code: code('UNTRUSTED') },
    ...Object.fromEntries(Object.entries(oddNames).map(([name, subject]) => [`a certificate with ${name}`, { client: mintClient(authority, { subject, extensions: named(name) }), code: null }]))
  }
  return {
    world,
    serverAuthority,
    roles,
    other: mintClient(authority, { subject: 'another client' }),
    large: (octets) => mintClient(authority, { subject: 'large', extensions: [...usual, { type: '1.3.6.1.4.1.99999.1', critical: false, value: writeOctetString(randomBytes(octets)) }] }),
    trust: {
      ca: [authority.pem, configured.pem],
      crl: [mintList(authority, { revoked: [revoked.certificate.serialNumber] }), ...[configured, sent, lower].map((each) => mintList(each))]
    }
  }
}

const usual = [basicConstraints(false), keyUsage('digitalSignature'), extendedKeyUsage('clientAuth')]

/** Whose subject is empty has another name, and says that it counts (RFC 5280, section 4.2.1.6). */
const named = (name: string) => [...usual, subjectAltNameExtension([{ type: 'rfc822Name', value: 'odd@example.com' }], name === 'no name')]
