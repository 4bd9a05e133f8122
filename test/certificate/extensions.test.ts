import t, { type Test } from 'tap'
import { contextTag, readCertificate, tags, write, writeBoolean, writeInteger, writeObjectIdentifier, writeOctetString, writeSequence, type Certificate } from '../../lib/certificate/index.js'
import { commonName, extensionOf, extensionsOf, malformed, octets, rawCertificate } from './raw-certificate.js'

const certificateOf = (...extensions: Buffer[]): Certificate => readCertificate(rawCertificate({ extensions: extensionsOf(...extensions) }))
const withExtension = (type: string, value: Buffer) => certificateOf(extensionOf(type, value))
const identifier = writeObjectIdentifier
const uri = (text: string) => write(contextTag(6), Buffer.from(text))
const dns = (text: string) => write(contextTag(2), Buffer.from(text))
const empty = writeSequence()

/** Each value, in an extension of the type, refuses the certificate with this message. */
function refuses (t: Test, type: string, wrong: ReadonlyArray<[string | Buffer, string | RegExp]>) {
  for (const [value, message] of wrong) {
    const der = typeof value === 'string' ? octets(value) : value
    t.throws(() => withExtension(type, der), malformed(message), der.toString('hex'))
  }
}

t.test('a certificate without extensions restricts nothing, and has empty lists', async (t) => {
  const certificate = readCertificate(rawCertificate())
  for (const list of ['extensions', 'subjectAltName', 'issuerAltName', 'certificatePolicies', 'policyMappings', 'cRLDistributionPoints', 'authorityInfoAccess'] as const) {
    t.strictSame(certificate[list], [])
    t.ok(Object.isFrozen(certificate[list]))
  }
  for (const value of ['keyUsage', 'extendedKeyUsage', 'basicConstraints', 'nameConstraints', 'policyConstraints', 'inhibitAnyPolicy', 'subjectKeyIdentifier', 'authorityKeyIdentifier'] as const) {
    t.equal(certificate[value], undefined, value)
  }
})

t.test('extensions keep their order, criticality and DER, whether known or not', async (t) => {
  const { extensions } = certificateOf(
    extensionOf('1.2.3.4', octets('ff'), writeBoolean(true)),
    extensionOf('2.5.29.15', octets('03020780'), writeBoolean(false)),
    extensionOf('1.2.3.5', octets(''))
  )
  t.strictSame(extensions, [
    { type: '1.2.3.4', critical: true, value: octets('ff') },
    { type: '2.5.29.15', critical: false, value: octets('03020780') },
    { type: '1.2.3.5', critical: false, value: octets('') }
  ])
  t.ok(extensions.every(Object.isFrozen))
})

t.test('an extension that stands twice refuses the certificate', async (t) => {
  const names = extensionOf('2.5.29.17', writeSequence(dns('a')))
  t.throws(() => certificateOf(names, extensionOf('2.5.29.17', writeSequence(dns('b')))), malformed(/^the extension 2\.5\.29\.17 stands twice at octet \d+$/))
  t.throws(() => certificateOf(extensionOf('1.2.3', empty), names, extensionOf('1.2.3', empty)), malformed(/^the extension 1\.2\.3 stands twice/))
})

t.test('extensions of a wrong form refuse the certificate', async (t) => {
  t.throws(() => certificateOf(), malformed(/^Extensions is empty at octet \d+$/))
  t.throws(() => certificateOf(octets('0500')), malformed(/^Extension has tag 0x5, not 0x30/))
  t.throws(() => certificateOf(empty), malformed(/^Extension\.extnID is missing/))
  t.throws(() => certificateOf(writeSequence(identifier('1.2.3'))), malformed(/^Extension\.extnValue is missing/))
  t.throws(() => certificateOf(writeSequence(identifier('1.2.3'), octets('010101'), octets('0400'))), malformed(/^BOOLEAN is not 00 or FF/))
  t.throws(() => certificateOf(writeSequence(identifier('1.2.3'), octets('0400'), octets('0500'))), malformed(/^Extension has a field too many/))
  t.throws(() => certificateOf(writeSequence(identifier('1.2.3'), octets('0300'))), malformed(/^Extension\.extnValue has tag 0x3, not 0x4/))
})

t.test('key usage is the names of its bits', async (t) => {
  const keyUsage = (hex: string) => withExtension('2.5.29.15', octets(hex)).keyUsage
  t.strictSame(keyUsage('030307ff80'), ['digitalSignature', 'nonRepudiation', 'keyEncipherment', 'dataEncipherment', 'keyAgreement', 'keyCertSign', 'cRLSign', 'encipherOnly', 'decipherOnly'])
  t.strictSame(keyUsage('03020780'), ['digitalSignature'])
  t.strictSame(keyUsage('03020106'), ['keyCertSign', 'cRLSign'])
  t.strictSame(keyUsage('030100'), [], 'no bit grants nothing')
  t.strictSame(keyUsage('0303000040'), [], 'nor does one without a name')
  t.ok(Object.isFrozen(keyUsage('03020780')))
  refuses(t, '2.5.29.15', [
    ['0300', 'BIT STRING has a wrong count of unused bits at octet 0'], ['03020881', /wrong count/], ['03020781', 'BIT STRING has padding that is not zero at octet 0'],
    ['04020780', 'keyUsage has tag 0x4, not 0x3, at octet 0'], ['0302078000', 'keyUsage has octets behind its end at octet 4'], ['', 'DER ends inside a header at octet 0']
  ])
})

t.test('extended key usage is names, and dotted where there is none', async (t) => {
  const value = writeSequence(...['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.1', '2.5.29.37.0', '1.3.6.1.4.1.311.20.2.2', '1.2.3'].map(identifier))
  t.strictSame(withExtension('2.5.29.37', value).extendedKeyUsage, ['clientAuth', 'serverAuth', 'anyExtendedKeyUsage', 'smartcardLogon', '1.2.3'])
  t.ok(Object.isFrozen(withExtension('2.5.29.37', value).extendedKeyUsage))
  refuses(t, '2.5.29.37', [[empty, 'extendedKeyUsage is empty at octet 0'], ['30020500', 'KeyPurposeId has tag 0x5, not 0x6, at octet 2'], ['30020600', 'OBJECT IDENTIFIER is cut short at octet 2']])
})

t.test('basic constraints say whether it is a CA, and how many may follow', async (t) => {
  const basicConstraints = (...fields: Buffer[]) => withExtension('2.5.29.19', writeSequence(...fields)).basicConstraints
  t.strictSame(basicConstraints(), { cA: false, pathLenConstraint: undefined })
  t.strictSame(basicConstraints(writeBoolean(false)), { cA: false, pathLenConstraint: undefined }, 'a default that is written out')
  t.strictSame(basicConstraints(writeBoolean(true)), { cA: true, pathLenConstraint: undefined })
  t.strictSame(basicConstraints(writeBoolean(true), writeInteger(0)), { cA: true, pathLenConstraint: 0 })
  t.strictSame(basicConstraints(writeBoolean(true), writeInteger(3)), { cA: true, pathLenConstraint: 3 })
  t.ok(Object.isFrozen(basicConstraints()))
  refuses(t, '2.5.29.19', [
    ['3003010101', 'BOOLEAN is not 00 or FF at octet 2'], ['3003 0201ff', 'pathLenConstraint is negative or too great at octet 2'],
    ['30060101ff 0101ff', 'basicConstraints has a field too many at octet 5'], ['0500', 'basicConstraints has tag 0x5, not 0x30, at octet 0']
  ])
})

t.test('key identifiers are octets', async (t) => {
  t.strictSame(withExtension('2.5.29.14', octets('0402abcd')).subjectKeyIdentifier, octets('abcd'))
  const authority = (...fields: Buffer[]) => withExtension('2.5.29.35', writeSequence(...fields)).authorityKeyIdentifier
  const none = { keyIdentifier: undefined, authorityCertIssuer: undefined, authorityCertSerialNumber: undefined }
  t.strictSame(authority(), none)
  t.strictSame(authority(octets('8002abcd')), { ...none, keyIdentifier: octets('abcd') })
  t.strictSame(authority(write(contextTag(1, true), dns('a')), octets('8202 00ff')), { ...none, authorityCertIssuer: [{ type: 'dNSName', value: 'a' }], authorityCertSerialNumber: 'ff' })
  t.ok(Object.isFrozen(authority()))
  refuses(t, '2.5.29.14', [['0500', 'subjectKeyIdentifier has tag 0x5, not 0x4, at octet 0'], ['040000', 'subjectKeyIdentifier has octets behind its end at octet 2']])
  refuses(t, '2.5.29.35', [
    ['30028200', 'INTEGER is empty at octet 2'], ['30048202007f', 'INTEGER is not minimal at octet 2'], ['3002a100', 'authorityCertIssuer is empty at octet 2'],
    ['3002 8300', 'authorityKeyIdentifier has a field too many at octet 2']
  ])
})

t.test('certificate policies keep their qualifiers, and none stands twice', async (t) => {
  const qualifiers = writeSequence(writeSequence(identifier('1.3.6.1.5.5.7.2.1'), write(tags.ia5String, Buffer.from('https://a'))))
  const policies = withExtension('2.5.29.32', writeSequence(writeSequence(identifier('2.5.29.32.0')), writeSequence(identifier('1.2.3'), qualifiers))).certificatePolicies
  t.strictSame(policies, [{ policyIdentifier: '2.5.29.32.0', policyQualifiers: undefined }, { policyIdentifier: '1.2.3', policyQualifiers: qualifiers }])
  t.ok([policies, ...policies].every(Object.isFrozen))
  refuses(t, '2.5.29.32', [
    [empty, 'certificatePolicies is empty at octet 0'],
    [writeSequence(writeSequence(identifier('1.2.3')), writeSequence(identifier('1.2.3'))), 'certificatePolicies names a policy twice'],
    [writeSequence(identifier('1.2.3')), 'PolicyInformation has tag 0x6, not 0x30, at octet 2'],
    [writeSequence(writeSequence(identifier('1.2.3'), octets('0500'))), 'PolicyInformation has a field too many at octet 8']
  ])
})

t.test('policies are mapped, and constrained', async (t) => {
  const mappings = withExtension('2.5.29.33', writeSequence(writeSequence(identifier('1.2.3'), identifier('1.2.4')))).policyMappings
  t.strictSame(mappings, [{ issuerDomainPolicy: '1.2.3', subjectDomainPolicy: '1.2.4' }])
  t.ok([mappings, ...mappings].every(Object.isFrozen))
  const constraints = (hex: string) => withExtension('2.5.29.36', octets(hex)).policyConstraints
  t.strictSame(constraints('3006 800100 810102'), { requireExplicitPolicy: 0, inhibitPolicyMapping: 2 })
  t.strictSame(constraints('3003 810101'), { requireExplicitPolicy: undefined, inhibitPolicyMapping: 1 })
  t.strictSame(constraints('3003 800101'), { requireExplicitPolicy: 1, inhibitPolicyMapping: undefined })
  t.ok(Object.isFrozen(constraints('3003 800100')))
  t.equal(withExtension('2.5.29.54', octets('020105')).inhibitAnyPolicy, 5)
  refuses(t, '2.5.29.33', [
    [empty, 'policyMappings is empty at octet 0'], ['30020500', 'PolicyMapping has tag 0x5, not 0x30, at octet 2'],
    [writeSequence(writeSequence(identifier('1.2.3'))), 'PolicyMapping.subjectDomainPolicy is missing at octet 8'],
    [writeSequence(writeSequence(identifier('1.2.3'), identifier('1.2.3'), octets('0500'))), 'PolicyMapping has a field too many at octet 12']
  ])
  refuses(t, '2.5.29.36', [['3003 8001ff', 'requireExplicitPolicy is negative or too great at octet 2'], ['30028100', 'INTEGER is empty at octet 2'], [empty, 'policyConstraints is empty'], ['30020500', 'policyConstraints has a field too many at octet 2']])
  refuses(t, '2.5.29.54', [['0201ff', 'inhibitAnyPolicy is negative or too great at octet 0']])
})

t.test('distribution points say where, for which reasons and from whom', async (t) => {
  const fullName = write(contextTag(0, true), write(contextTag(0, true), uri('http://a/crl'), write(contextTag(4, true), commonName('crl'))))
  const relative = write(contextTag(0, true), write(contextTag(1, true), octets('3008 0603550403 0c0161')))
  const points = withExtension('2.5.29.31', writeSequence(
    writeSequence(fullName),
    writeSequence(relative, octets('81020560'), write(contextTag(2, true), write(contextTag(4, true), commonName('issuer'))))
  )).cRLDistributionPoints
  t.equal(points[0].fullName?.[0].value, 'http://a/crl')
  t.equal(`${points[0].fullName?.[1].value}`, 'CN=crl')
  t.strictSame([points[0].nameRelativeToCRLIssuer, points[0].reasons, points[0].cRLIssuer], [undefined, undefined, undefined])
  t.equal(points[1].fullName, undefined)
  t.match(points[1].nameRelativeToCRLIssuer, [{ name: 'commonName', value: 'a' }])
  t.strictSame(points[1].reasons, [1, 2])
  t.equal(`${points[1].cRLIssuer?.[0].value}`, 'CN=issuer')
  t.ok([points, ...points, points[0].fullName, points[1].reasons, points[1].nameRelativeToCRLIssuer, points[1].cRLIssuer].every(Object.isFrozen))
  refuses(t, '2.5.29.31', [
    [empty, 'cRLDistributionPoints is empty at octet 0'], ['30020500', 'DistributionPoint has tag 0x5, not 0x30, at octet 2'],
    ['3004 3002 a000', 'DistributionPointName.nameRelativeToCRLIssuer is missing at octet 6'],
    ['3006 3004 a002 a000', 'fullName is empty at octet 6'], ['3004 3002 a200', 'cRLIssuer is empty at octet 4'], ['3004 3002 8100', 'BIT STRING has a wrong count of unused bits at octet 4'],
    ['3006 3004 a002 a100', 'nameRelativeToCRLIssuer is empty at octet 6'],
    [writeSequence(writeSequence(write(contextTag(0, true), write(contextTag(1, true), octets('3008 0603550403 0c0100'))))), 'commonName holds a NUL at octet 15'],
    ['3004 3002 0500', 'DistributionPoint has a field too many at octet 4'],
    [writeSequence(writeSequence(write(contextTag(0, true), write(contextTag(0, true), uri('a')), octets('a100')))), 'DistributionPointName has a field too many at octet 11']
  ])
})

t.test('authority information access says how, and where', async (t) => {
  const access = withExtension('1.3.6.1.5.5.7.1.1', writeSequence(writeSequence(identifier('1.3.6.1.5.5.7.48.1'), uri('http://a/ocsp')), writeSequence(identifier('1.3.6.1.5.5.7.48.2'), uri('http://a/ca.cer')))).authorityInfoAccess
  t.strictSame(access, [
    { accessMethod: '1.3.6.1.5.5.7.48.1', accessLocation: { type: 'uniformResourceIdentifier', value: 'http://a/ocsp' } },
    { accessMethod: '1.3.6.1.5.5.7.48.2', accessLocation: { type: 'uniformResourceIdentifier', value: 'http://a/ca.cer' } }
  ])
  t.ok([access, ...access].every(Object.isFrozen))
  refuses(t, '1.3.6.1.5.5.7.1.1', [
    [empty, 'authorityInfoAccess is empty at octet 0'], ['30020500', 'AccessDescription has tag 0x5, not 0x30, at octet 2'],
    [writeSequence(writeSequence(identifier('1.2.3'))), 'AccessDescription.accessLocation is missing at octet 8'],
    [writeSequence(writeSequence(identifier('1.2.3'), uri('a'), octets('0500'))), 'AccessDescription has a field too many at octet 11']
  ])
})

t.test('name constraints are subtrees, permitted and excluded', async (t) => {
  const constraints = withExtension('2.5.29.30', writeSequence(
    write(contextTag(0, true), writeSequence(dns('example.com')), writeSequence(write(contextTag(7), octets('0a000000ff000000')))),
    write(contextTag(1, true), writeSequence(write(contextTag(4, true), commonName('a'))), writeSequence(write(contextTag(7), Buffer.alloc(32))))
  )).nameConstraints
  t.strictSame(constraints?.permittedSubtrees, [{ base: { type: 'dNSName', value: 'example.com' } }, { base: { type: 'iPAddress', octets: octets('0a000000ff000000') } }])
  t.match(constraints?.excludedSubtrees, [{ base: { type: 'directoryName' } }, { base: { type: 'iPAddress', octets: Buffer.alloc(32) } }])
  t.ok([constraints, constraints?.permittedSubtrees, ...constraints?.permittedSubtrees ?? [], constraints?.permittedSubtrees?.[1].base].every(Object.isFrozen))
  const only = withExtension('2.5.29.30', writeSequence(write(contextTag(1, true), writeSequence(dns('a'))))).nameConstraints
  t.equal(only?.permittedSubtrees, undefined)
  refuses(t, '2.5.29.30', [
    [empty, 'nameConstraints is empty'], ['3002a000', 'GeneralSubtrees is empty at octet 2'], ['3004a0020500', 'GeneralSubtree has tag 0x5, not 0x30, at octet 4'],
    ['3004a0023000', 'GeneralSubtree.base is missing at octet 6'],
    [writeSequence(write(contextTag(0, true), writeSequence(dns('a'), octets('800101')))), 'GeneralSubtree.minimum is not 0 at octet 9'],
    [writeSequence(write(contextTag(0, true), writeSequence(write(contextTag(7), octets('7f000001'))))), 'iPAddress of nameConstraints is no address and mask at octet 6'],
    ['30020500', 'nameConstraints has a field too many at octet 2']
  ])
})

t.test('alternative names of the issuer are read like those of the subject', async (t) => {
  t.strictSame(withExtension('2.5.29.18', writeSequence(dns('a'))).issuerAltName, [{ type: 'dNSName', value: 'a' }])
  refuses(t, '2.5.29.18', [['3000 00', 'issuerAltName has octets behind its end at octet 2']])
})

t.test('alternative names without a name, as OpenSSL writes them, name nobody', async (t) => {
  for (const [type, names] of [['2.5.29.17', 'subjectAltName'], ['2.5.29.18', 'issuerAltName']] as const) {
    const certificate = withExtension(type, octets('3000'))
    t.strictSame(certificate[names], [], names)
    t.ok(Object.isFrozen(certificate[names]))
    t.equal(certificate.extensions[0].type, type, 'the extension is there')
  }
})

t.test('a minimum of name constraints that is written out is 0', async (t) => {
  const subtree = (minimum: string) => withExtension('2.5.29.30', writeSequence(write(contextTag(1, true), writeSequence(dns('a'), octets(minimum)))))
  t.strictSame(subtree('800100').nameConstraints?.excludedSubtrees, [{ base: { type: 'dNSName', value: 'a' } }])
  t.throws(() => subtree('8000'), malformed('GeneralSubtree.minimum is not 0 at octet 9'))
  t.throws(() => subtree('80020000'), malformed('GeneralSubtree.minimum is not 0 at octet 9'))
  t.throws(() => subtree('810100'), malformed('GeneralSubtree has a field too many at octet 9'))
})

t.test('the value of an extension that is not known here may be anything', async (t) => {
  t.strictSame(withExtension('1.2.3', octets('ffff')).extensions[0].value, octets('ffff'))
  t.strictSame(withExtension('2.5.29.9', writeOctetString(octets('00'))).extensions.length, 1)
})
