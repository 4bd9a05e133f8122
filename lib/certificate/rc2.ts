/**
 * RC2 (RFC 2268), to read what programs of before 2005 encrypt by it: the certificates in a PKCS #12 of older Windows,
 * of Java 8 and of OpenSSL 1. With 40 bits it hides nothing, so nothing is ever encrypted by it here.
 */

// Section 2, "PITABLE": the digits of pi, shuffled.
const table = Buffer.from(
  'd978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2179a59f587b34f1361456d8d09817d32' +
  'bd8f40eb86b77b0bf09521225c6b4e8254d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626' +
  '6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed708e8eade8052eef784aa72ac354d6a2a' +
  '961ad2715a1549744b9fd05e0418a4ecc2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731' +
  '2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a90d38341bab33ffb0bb480c5fb9b1cd2e' +
  'c5f3db47e5a59c770aa62068fe7fc1ad', 'hex')

/** The 64 words of a key of 1 to 128 bytes, of which so many bits count (section 2). */
export function expandKey (key: Buffer, effectiveBits: number): Uint16Array {
  const octets = Buffer.alloc(128)
  key.copy(octets)
  for (let at = key.length; at < 128; at++) octets[at] = table[(octets[at - 1] + octets[at - key.length]) & 0xff]
  const effective = Math.ceil(effectiveBits / 8)
  octets[128 - effective] = table[octets[128 - effective] & (0xff >> (8 * effective - effectiveBits))]
  for (let at = 127 - effective; at >= 0; at--) octets[at] = table[octets[at + 1] ^ octets[at + effective]]
  return Uint16Array.from({ length: 64 }, (_, at) => octets.readUInt16LE(2 * at))
}

const rotations = [1, 2, 3, 5]

/** Undoes one mixing round (section 4.1), whose words of the key begin at `at`. */
function unmix (words: Uint16Array, key: Uint16Array, at: number): void {
  for (let index = 3; index >= 0; index--) {
    const rotation = rotations[index]
    const turned = (words[index] >>> rotation) | (words[index] << (16 - rotation))
    const [one, two, three] = [words[(index + 3) & 3], words[(index + 2) & 3], words[(index + 1) & 3]]
    words[index] = turned - key[at + index] - (one & two) - (~one & three)
  }
}

/** Undoes one mashing round (section 4.2). */
function unmash (words: Uint16Array, key: Uint16Array): void {
  for (let index = 3; index >= 0; index--) words[index] -= key[words[(index + 3) & 3] & 63]
}

/** The four words of a block in the clear (section 4.3): 16 mixing rounds, with a mashing round after the fifth and the eleventh. */
export function decryptBlock (words: Uint16Array, key: Uint16Array): void {
  for (let round = 15; round >= 0; round--) {
    unmix(words, key, 4 * round)
    if (round === 11 || round === 5) unmash(words, key)
  }
}

/** Whole blocks of 8 bytes in CBC mode, in the clear; their padding is still there. */
export function decryptRc2Cbc (encrypted: Buffer, key: Buffer, iv: Buffer): Buffer {
  const expanded = expandKey(key, 8 * key.length)
  const words = new Uint16Array(4)
  const clear = Buffer.alloc(encrypted.length)
  for (let start = 0; start < encrypted.length; start += 8) {
    for (let index = 0; index < 4; index++) words[index] = encrypted.readUInt16LE(start + 2 * index)
    decryptBlock(words, expanded)
    const before = start === 0 ? iv : encrypted.subarray(start - 8, start)
    for (let index = 0; index < 4; index++) clear.writeUInt16LE(words[index] ^ before.readUInt16LE(2 * index), start + 2 * index)
  }
  return clear
}
