import { malformed, tags } from './der.js'
import { write, writeInteger } from './der-writer.js'

// What `serialNumberText` gives: whole octets, or a minus sign and digits.
const form = /^(?:(?:[0-9a-f]{2})+|-[1-9a-f][0-9a-f]*)$/

/**
 * The DER of the INTEGER that a serial number is, from its text as `certificate.serialNumber` has it.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: not lower-case hexadecimal
 */
export function writeSerialNumber (text: string): Buffer {
  if (!form.test(text)) throw malformed(`${JSON.stringify(text)} is no serial number in lower-case hexadecimal`)
  if (text.startsWith('-')) return writeNegative(text.slice(1))
  return isPlain(text) ? writePlain(text) : writeInteger(Buffer.from(text, 'hex'))
}

// Asked for each look-up in a list: neither zeros in front, nor a sign octet, nor a long length.
const isPlain = (text: string): boolean => text[0] <= '7' && !text.startsWith('00') && text.length < 2 * 0x80

function writePlain (text: string): Buffer {
  const integer = Buffer.allocUnsafe(2 + text.length / 2)
  integer[0] = tags.integer
  integer[1] = text.length / 2
  integer.write(text, 2, 'hex')
  return integer
}

// RFC 5280 does not allow them, yet there are such certificates, and they can be revoked like others.
function writeNegative (digits: string): Buffer {
  const value = -BigInt(`0x${digits}`)
  const bits = 8 * Math.ceil(digits.length / 2)
  const width = value < -(1n << BigInt(bits - 1)) ? bits + 8 : bits
  return write(tags.integer, Buffer.from(BigInt.asUintN(width, value).toString(16), 'hex'))
}
