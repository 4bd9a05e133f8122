import { readDistinguishedName, writeDistinguishedName, type Attribute, type DistinguishedName } from '../certificate/index.js'

// OpenSSL's short names of the attribute types whose name here is another.
const shortNames: Readonly<Record<string, string>> = {
  commonName: 'CN',
  surname: 'SN',
  countryName: 'C',
  localityName: 'L',
  stateOrProvinceName: 'ST',
  streetAddress: 'street',
  organizationName: 'O',
  organizationalUnitName: 'OU',
  givenName: 'GN',
  userId: 'UID',
  domainComponent: 'DC',
  // Types that have no name here, and one there.
  '2.5.4.16': 'postalAddress',
  '2.5.4.18': 'postOfficeBox',
  '2.5.4.19': 'physicalDeliveryOfficeName',
  '2.5.4.20': 'telephoneNumber',
  '2.5.4.23': 'facsimileTelephoneNumber',
  '2.5.4.45': 'x500UniqueIdentifier',
  '2.5.4.51': 'houseIdentifier',
  '2.5.4.54': 'dmdName',
  '2.5.4.72': 'role',
  '2.5.4.100': 'dnsName',
  '0.9.2342.19200300.100.1.3': 'mail',
  '0.9.2342.19200300.100.1.6': 'roomNumber',
  '0.9.2342.19200300.100.1.9': 'host',
  '1.2.840.113549.1.9.2': 'unstructuredName',
  '1.2.840.113549.1.9.8': 'unstructuredAddress',
  '1.3.6.1.4.1.311.60.2.1.1': 'jurisdictionL',
  '1.3.6.1.4.1.311.60.2.1.2': 'jurisdictionST',
  '1.3.6.1.4.1.311.60.2.1.3': 'jurisdictionC'
}

/**
 * A name in the one line of OpenSSL's index (X509_NAME_oneline of OpenSSL 3): `/C=NL/CN=alice+UID=a1`, in the order of the
 * document. Octets beyond printable ASCII are `\xHH`; before a `/` or `+` of a value stands a backslash.
 */
export const writeOneLine = (name: DistinguishedName): string =>
  name.relativeDistinguishedNames.map((set) => `/${set.map(oneAttribute).join('+')}`).join('')

const oneAttribute = (attribute: Attribute) =>
  `${shortNames[attribute.name] ?? attribute.name}=${valueOctets(attribute.raw).toString('latin1').replace(/[/+]/g, '\\$&').replace(/[^ -~]/g, hexadecimal)}`

const hexadecimal = (character: string) => `\\x${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`

// The octets of the value as they are encoded, whatever its string type is: those behind the header of its DER.
const valueOctets = (der: Buffer) => der.subarray(der[1] < 0x80 ? 2 : 2 + (der[1] & 0x7f))

/**
 * Such a line in the form of RFC 4514, for people. OpenSSL 1 put no backslashes into it, so that the `/` of a value may look like
 * the next attribute; the certificate itself tells better. `line` holds one character for each octet.
 */
export function readOneLine (line: string): string {
  const [before, ...parts] = line.split(/(?<!\\)([/+])(?=[A-Za-z0-9][A-Za-z0-9.-]*=)/)
  if (before !== '') return escaped(line)
  const sets: string[] = []
  for (let index = 0; index < parts.length; index += 2) {
    const attribute = rfc4514Attribute(parts[index + 1])
    if (parts[index] === '+' && sets.length > 0) sets.push(`${sets.pop()}+${attribute}`)
    else sets.push(attribute)
  }
  return sets.reverse().join(',')
}

function rfc4514Attribute (text: string): string {
  const [, type, value] = /^([^=]*)=([^]*)$/.exec(text)!
  return `${type === 'street' ? 'STREET' : type}=${escaped(value)}`
}

// As the writer of names escapes a common name, which may be any text.
function escaped (value: string): string {
  const octets = Buffer.from(value.replace(/\\x([0-9A-F]{2})|\\([/+])/g, unescaped), 'latin1')
  const text = octets.toString('utf8').includes('\ufffd') ? octets.toString('latin1') : octets.toString('utf8')
  return readDistinguishedName(writeDistinguishedName([[['commonName', text.replaceAll('\0', '\ufffd')]]])).toString().slice('CN='.length)
}

const unescaped = (_: string, octet: string | undefined, character: string) =>
  octet === undefined ? character : String.fromCharCode(parseInt(octet, 16))
