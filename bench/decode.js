import 'reflect-metadata'
import { X509Certificate, webcrypto } from 'node:crypto'
import * as peculiar from '@peculiar/x509'
import { fromBER } from 'asn1js'
import * as pkijs from 'pkijs'
import { readCertificate } from '../dist/certificate/index.js'
import { makeAuthority } from './material.js'
import { summary } from './figures.js'

peculiar.cryptoProvider.set(webcrypto)

// The same is asked of each: names attribute by attribute, dates, serial number and every extension's value.
const readers = {
  ours (der) {
    const certificate = readCertificate(der)
    return [certificate.subject.attributes, certificate.issuer.attributes, certificate.validity, certificate.serialNumber,
      certificate.subjectAltName, certificate.keyUsage, certificate.extendedKeyUsage, certificate.basicConstraints,
      certificate.subjectKeyIdentifier, certificate.authorityKeyIdentifier]
  },
  node (der) {
    // No key usage bits, identifiers or path length are to be had here, and names come as one text.
    const certificate = new X509Certificate(der)
    return [certificate.subject, certificate.issuer, certificate.validFrom, certificate.validTo, certificate.serialNumber,
      certificate.subjectAltName, certificate.keyUsage, certificate.ca]
  },
  peculiar (der) {
    const certificate = new peculiar.X509Certificate(der)
    return [certificate.subjectName.toJSON(), certificate.issuerName.toJSON(), certificate.notBefore, certificate.notAfter, certificate.serialNumber,
      certificate.extensions]
  },
  pkijs (der) {
    const certificate = new pkijs.Certificate({ schema: fromBER(der).result })
    return [certificate.subject.typesAndValues.map((each) => each.value.valueBlock.value), certificate.issuer.typesAndValues.map((each) => each.value.valueBlock.value),
      certificate.notBefore.value, certificate.notAfter.value, certificate.serialNumber.toJSON(),
      certificate.extensions.map((each) => each.parsedValue)]
  }
}

/** Microseconds for one full decode of a typical client's certificate, by each reader in turn, batch after batch. */
export async function compareDecoders (batches, log) {
  const { issue } = await makeAuthority()
  const { certificate } = await issue('client', 'C=DE,O=Example,OU=Operations,CN=client', [
    { type: 'rfc822Name', value: 'client@example.com' }, { type: 'dNSName', value: 'client.example.com' }, { type: 'uniformResourceIdentifier', value: 'spiffe://example.com/client' }
  ])
  const der = certificate.raw
  const figures = Object.fromEntries(Object.keys(readers).map((name) => [name, []]))
  for (let batch = -3; batch < batches; batch++) {
    for (const [name, read] of Object.entries(readers)) {
      const figure = time(read, der, name === 'ours' || name === 'node' ? 1000 : 100)
      if (batch >= 0) figures[name].push(figure)
    }
  }
  log(`decoded a certificate of ${der.length} octets`)
  return { octets: der.length, ...Object.fromEntries(Object.entries(figures).map(([name, found]) => [name, summary(found)])) }
}

function time (read, der, count) {
  const begin = process.hrtime.bigint()
  for (let left = count; left > 0; left--) read(der)
  return Number(process.hrtime.bigint() - begin) / 1000 / count
}
