// Issues, revokes and numbers lists until it is killed, or has done it `count` times, and says what it was promised. Plain JavaScript: it has to start quickly.
import { randomBytes } from 'node:crypto'
import { readFileSync, writeSync } from 'node:fs'

const [library, directory, template, count = Infinity] = process.argv.slice(2)
const { openDirectoryStore } = await import(`${library}/authority/directory-store.js`)
const { readCertificate } = await import(`${library}/certificate/index.js`)
const say = (...words) => writeSync(1, `${words.join(' ')}\n`)
const der = readFileSync(template)

// The template with another serial number: a store does not look at signatures.
function newCertificate () {
  const octets = Buffer.from(der)
  randomBytes(19).copy(octets, octets.indexOf(Buffer.from([0x02, 0x14, 0x4a])) + 3)
  return readCertificate(octets)
}

const store = await openDirectoryStore(directory)
say('begun')
for (let done = 0; done < count; done++) {
  const certificate = newCertificate()
  await store.add(certificate)
  say('added', certificate.serialNumber)
  await store.update(certificate.serialNumber, () => ({ at: new Date(0), reason: 'superseded' }))
  say('revoked', certificate.serialNumber)
  const number = await store.nextListNumber()
  say('numbered', number)
}
