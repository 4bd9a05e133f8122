// What a stranger can make without any key but its own: certificates that are crafted to take long to read, to compare or to verify.
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import {
  contextTag, signatureAlgorithmOf, tags, write, writeCertificate, writeDistinguishedName, writeObjectIdentifier, writePem, writeSequence, writeSet,
  writeTbsCertificate
} from '../dist/certificate/index.js'

const day = 24 * 60 * 60 * 1000
const subjectAltName = '2.5.29.17'
const nameConstraints = '2.5.29.30'
const commonName = '2.5.4.3'

export const newKeys = (namedCurve = 'P-256') => generateKeyPairSync('ec', { namedCurve })

let serial = 1

/** A certificate signed by `issuer` (its own key where there is none), with any fields exchanged. */
export function forge ({ keys, subject = plainName('stranger'), issuer, issuerName = issuer?.subject ?? subject, extensions = [] }) {
  const { identifier, hash } = signatureAlgorithmOf((issuer?.keys ?? keys).privateKey)
  const tbs = writeTbsCertificate({
    serialNumber: createHash('sha1').update(String(serial++)).digest().fill(0x10, 0, 1),
    signatureAlgorithm: identifier,
    issuer: issuerName,
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + 30 * day),
    subject,
    subjectPublicKeyInfo: keys.publicKey.export({ type: 'spki', format: 'der' }),
    extensions
  })
  return { keys, subject, der: writeCertificate(tbs, identifier, sign(hash, tbs, (issuer?.keys ?? keys).privateKey)) }
}

export const pemOf = (...forged) => forged.map(({ der }) => writePem('CERTIFICATE', der)).join('')

export const plainName = (text) => writeDistinguishedName([[['commonName', text]]])

const textName = (text) => writeSequence(writeSet(writeSequence(writeObjectIdentifier(commonName), write(tags.utf8String, Buffer.from(text)))))

/** `member(0)`, `member(1)`, … until they have so many bytes together. */
function fill (bytes, member) {
  const parts = []
  for (let length = 0; length < bytes; length += parts[parts.length - 1].length) parts.push(member(parts.length))
  return parts
}

const extension = (type, value, critical = false) => ({ type, critical, value })
const authority = [extension('2.5.29.19', writeSequence(Buffer.from([tags.boolean, 1, 0xff])), true), extension('2.5.29.15', Buffer.from([tags.bitString, 2, 2, 0x04]), true)]
const dNSName = (text) => write(contextTag(2), Buffer.from(text))

/** Chains, leaf first, of about so many bytes all together; `undefined` where the kind does not fit into them. */
export const kinds = {
  plain: (bytes, keys) => [forge({ keys, extensions: [padding(bytes)] })],
  combiningMarks: (bytes, keys) => [forge({ keys, issuerName: textName(`a${'\u0315\u0316'.repeat(Math.max(1, (bytes - 270) / 4))}`) })],
  alternativeNames: (bytes, keys) => [forge({ keys, extensions: [extension(subjectAltName, writeSequence(...fill(bytes - 300, (number) => dNSName(`n${number}`))))] })],
  nameConstraints (bytes, keys) {
    const count = Math.min(490, Math.floor((bytes - 700) / 22))
    const subtrees = Array.from({ length: count }, (_, number) => writeSequence(dNSName(`d${number}.x`)))
    const names = Array.from({ length: count }, (_, number) => dNSName(`n${number}.y`))
    const issuer = forge({ keys: newKeys(), subject: plainName('issuer'), issuerName: plainName('nobody'), extensions: [...authority, extension(nameConstraints, writeSequence(write(contextTag(1, true), ...subtrees)), true)] })
    return [forge({ keys, issuer, extensions: [extension(subjectAltName, writeSequence(...names)), padding(bytes - issuer.der.length - count * 9 - 300)] }), issuer]
  },
  crossSigned: (bytes, keys) => bytes < 8000 ? undefined : crossSigned(8, 'P-384', keys, bytes)
}

/** A leaf, and so many issuers of one name, of which the first alone signed it: each has to be tried, and none leads on. */
export function crossSigned (count, namedCurve, keys, bytes = 0) {
  const issuers = Array.from({ length: count }, () => forge({ keys: newKeys(namedCurve), subject: plainName('issuer'), issuerName: plainName('nobody'), extensions: authority }))
  const length = issuers.reduce((sum, { der }) => sum + der.length, 0)
  return [forge({ keys, issuer: issuers[0], extensions: [padding(bytes - length - 400)] }), ...issuers]
}

/** An extension that nobody knows. */
const padding = (bytes) => extension('1.3.6.1.4.1.99999.1', write(tags.octetString, Buffer.alloc(Math.max(1, bytes - 270), 0x61)))
