import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Specimen } from './corpus-of-pkijs.js'

// Each mask allows PrintableString and IA5String, which some attributes need, beside the type that it is here for.
const stringMasks: Record<string, string> = {
  utf8only: 'utf8only', nombstr: 'nombstr', pkix: 'pkix', default: 'default', bmp: `MASK:${0x0800 + 0x02 + 0x10}`, teletex: `MASK:${0x04 + 0x02 + 0x10}`
}

const extensions: Record<string, string> = {
  client: 'basicConstraints = critical,CA:FALSE\nkeyUsage = critical,digitalSignature\nextendedKeyUsage = clientAuth\nsubjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid',
  authority: 'basicConstraints = critical,CA:TRUE\nkeyUsage = critical,keyCertSign,cRLSign\nsubjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid:always,issuer:always',
  'path-length': 'basicConstraints = CA:TRUE,pathlen:0',
  'long-path': 'basicConstraints = CA:TRUE,pathlen:1000',
  'all-usages': 'keyUsage = digitalSignature,nonRepudiation,keyEncipherment,dataEncipherment,keyAgreement,keyCertSign,cRLSign,encipherOnly,decipherOnly',
  'last-usage': 'keyUsage = critical,decipherOnly',
  purposes: 'extendedKeyUsage = serverAuth,clientAuth,codeSigning,emailProtection,timeStamping,OCSPSigning,msSmartcardLogin,pkInitClientAuth,ipsecIKE,anyExtendedKeyUsage,1.2.3.4.5,2.999.1',
  names: 'subjectAltName = email:alice@example.com,DNS:example.com,DNS:*.example.com,URI:spiffe://example.com/alice,IP:127.0.0.1,IP:2001:db8::1,RID:1.2.3.4,dirName:directory',
  'critical-names': 'subjectAltName = critical,email:copy,email:bob@example.com',
  'other-names': 'subjectAltName = otherName:1.3.6.1.4.1.311.20.2.3;UTF8:alice@corp.example,otherName:1.3.6.1.5.5.7.8.9;UTF8:álice@example.com,otherName:1.2.3.4;INTEGER:7,otherName:1.2.3.5;IA5:x',
  'issuer-names': 'issuerAltName = DNS:ca.example.com,URI:https://ca.example.com/,dirName:directory',
  policies: 'certificatePolicies = 1.2.3.4,2.5.29.32.0',
  'qualified-policies': 'certificatePolicies = ia5org,1.3.6.1.4.1.99999.1,@policy',
  mapped: 'policyMappings = critical,1.2.3.4:1.2.3.5,1.2.3.6:1.2.3.7\npolicyConstraints = critical,requireExplicitPolicy:3,inhibitPolicyMapping:0\ninhibitAnyPolicy = critical,2',
  'no-mapping': 'policyConstraints = inhibitPolicyMapping:0',
  constraints: 'nameConstraints = critical,permitted;DNS:example.com,permitted;IP:10.0.0.0/255.0.0.0,permitted;IP:2001:db8::/ffff:ffff::,permitted;email:.example.com,excluded;dirName:directory,excluded;URI:.example.org',
  excluded: 'nameConstraints = excluded;email:example.org',
  'distribution-points': 'crlDistributionPoints = URI:http://example.com/a.crl,URI:ldap://example.com/cn=ca?certificateRevocationList',
  'reasoned-point': 'crlDistributionPoints = point',
  access: 'authorityInfoAccess = OCSP;URI:http://example.com/ocsp,caIssuers;URI:http://example.com/ca.cer,caIssuers;email:ca@example.com,1.2.3.4;dirName:directory',
  unknown: '1.2.3.4.5 = critical,DER:0500\n1.2.3.4.6 = ASN1:UTF8String:text\nnsComment = comment\ntlsfeature = status_request',
  information: 'subjectInfoAccess = 1.3.6.1.5.5.7.48.5;URI:http://example.com/repository\nfreshestCRL = URI:http://example.com/delta.crl\nnoCheck = ignored',
  everything: 'basicConstraints = critical,CA:FALSE\nkeyUsage = critical,digitalSignature,keyAgreement\nextendedKeyUsage = clientAuth,serverAuth\nsubjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid,issuer\n' +
    'subjectAltName = email:alice@example.com,IP:::1\ncertificatePolicies = 1.2.3.4\ncrlDistributionPoints = URI:http://example.com/a.crl\nauthorityInfoAccess = OCSP;URI:http://example.com/ocsp'
}

const sections = `
[directory]
C = NL
O = Éxample
CN = Alice

[policy]
policyIdentifier = 1.3.5.8
CPS.1 = http://example.com/cps
userNotice.1 = @notice

[notice]
explicitText = UTF8:A notice
organization = Example
noticeNumbers = 1,2,3

[point]
fullname = URI:http://example.com/reasons.crl
CRLissuer = dirName:directory
reasons = keyCompromise,CACompromise,privilegeWithdrawn
`

const configuration = [
  ...Object.entries(stringMasks).map(([name, mask]) => `[${name}]\ndistinguished_name = none\nstring_mask = ${mask}\n`),
  '[none]\n',
  ...Object.entries(extensions).map(([name, lines]) => `[${name}]\n${lines}\n`),
  sections
].join('\n')

// The first few hold to ISO 8859-1, for the string masks that have nothing beyond it.
const subjects = [
  '/CN=alice',
  '/C=NL/O=Example/OU=Operations/CN=alice',
  '/DC=com/DC=example/UID=alice/CN=Alice Smith',
  '/O=Müller & Söhne/CN=Jürgen',
  '/CN=alice+UID=u1+serialNumber=42/O=Example',
  '/OU=a/OU=b/OU=c/O=Example',
  '/CN=a,b\\+c"d\\\\e<f>g;h=#/O= x ',
  '/emailAddress=alice@example.com/CN=alice',
  '/C=NL/ST=Noord-Holland/L=Amsterdam/street=Dam 1/postalCode=1012 JS/title=Dr/GN=Alice/SN=Smith/initials=AS/generationQualifier=Jr/dnQualifier=q/pseudonym=al/name=n/description=d/businessCategory=b/organizationIdentifier=NTRNL-1',
  '/CN=Lučić/O=Ελλάς',
  '/CN=山田太郎/L=東京'
]
const latinSubjects = 9

const nth = <Value> (list: readonly Value[], index: number): Value => list[index % list.length]

const keys: Record<string, () => KeyObject> = {
  'P-256': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  Ed25519: () => generateKeyPairSync('ed25519').privateKey,
  'P-384': () => generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey,
  'RSA 2048': () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  'P-521': () => generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey,
  secp256k1: () => generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey,
  Ed448: () => generateKeyPairSync('ed448').privateKey,
  'RSA-PSS 2048': () => generateKeyPairSync('rsa-pss', { modulusLength: 2048, hashAlgorithm: 'sha256', mgf1HashAlgorithm: 'sha256' }).privateKey
}

const serialNumbers = ['1', '0', '0x7f', '0x80', `0x7f${'ab'.repeat(18)}`, `0x${'ff'.repeat(20)}`]
const days = ['1', '365', '3650', '10000', '30000']

const openssl = (...words: string[]): Buffer => execFileSync('openssl', words, { stdio: ['ignore', 'pipe', 'pipe'] })

/** Certificates that openssl wrote into a folder of its own: every set of extensions five times, with what else there is in turn, and some of version 1. */
export function corpusOfOpenssl (folder: string): Specimen[] {
  const file = (name: string) => join(folder, name)
  writeFileSync(file('openssl.cnf'), configuration)
  const keyFiles = Object.entries(keys).map(([title, create]) => {
    writeFileSync(file(`${title}.key`), create().export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
    return [title, file(`${title}.key`)] as const
  })
  const sets = [...Object.keys(extensions), undefined]
  return Array.from({ length: sets.length * 5 }, (_, index) => {
    const [keyTitle, key] = nth(keyFiles, index)
    const mask = nth(Object.keys(stringMasks), index)
    const isNarrow = ['nombstr', 'teletex', 'pkix', 'default'].includes(mask)
    const subject = isNarrow ? subjects[index % latinSubjects] : nth(subjects, index)
    const set = nth(sets, index)
    const der = openssl('req', '-x509', '-new', '-key', key, '-config', file('openssl.cnf'), '-section', mask, '-utf8', '-subj', subject, '-outform', 'DER',
      '-set_serial', nth(serialNumbers, index), '-days', nth(days, index), ...(set === undefined ? [] : ['-extensions', set]))
    return { title: `${subject}, ${set ?? 'version 1'}, ${keyTitle}, ${mask}`, der }
  })
}
