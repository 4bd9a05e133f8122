/** What people take for certificates and keys, and what to do with it. */
interface ForeignFile {
  readonly isIt: (octets: Buffer, text: string) => boolean
  readonly what: string
}

const begins = (hexadecimal: string) => (octets: Buffer) => octets.subarray(0, hexadecimal.length / 2).toString('hex') === hexadecimal

const says = (pattern: RegExp) => (_: Buffer, text: string) => pattern.test(text)

const foreignFiles: readonly ForeignFile[] = [
  {
    isIt: begins('feedfeed'),
    what: 'is a Java keystore (JKS): convert it with `keytool -importkeystore -srckeystore OLD.jks -destkeystore NEW.p12 -deststoretype PKCS12`'
  },
  {
    isIt: begins('cececece'),
    what: 'is a Java keystore (JCEKS): convert it with `keytool -importkeystore -srckeystore OLD.jks -srcstoretype JCEKS -destkeystore NEW.p12 -deststoretype PKCS12`'
  },
  { isIt: says(/^PuTTY-User-Key-File-/), what: 'is a key of PuTTY: convert it with `puttygen OLD.ppk -O private-openssh -o NEW.key && ssh-keygen -p -m PKCS8 -f NEW.key`' },
  {
    isIt: says(/^(?:ssh-|ecdsa-sha2-|sk-ssh-|sk-ecdsa-)\S+ AAAA|^---- BEGIN SSH2 /),
    what: 'is a public key of OpenSSH, and not a certificate: make a request with its private key, and have it signed'
  },
  { isIt: isOpenPgpKey, what: 'is a key of GPG, which is not X.509: export X.509 certificates with `gpgsm --armor --export`' },
  { isIt: begins('504b0304'), what: 'is a ZIP archive: unpack it first' },
  { isIt: begins('1f8b'), what: 'is compressed by gzip: unpack it first' },
  { isIt: says(/^\s*<(?:!doctype|html|\?xml)/i), what: 'is a page of HTML or XML, as a server sends in place of a file that it does not have' },
  { isIt: says(/^\s*(?:\{|\[\s*[{["])/), what: 'is JSON: take the certificate out of it, with its line -----BEGIN …-----' },
  { isIt: says(/^(?:\xff\xfe|\xfe\xff)/), what: 'is a text in UTF-16 without a PEM block: write the file again in UTF-8' }
]

// RFC 9580, section 4.2: a secret or a public key in the old or the new format, its length, and its version: 3 to 6.
function isOpenPgpKey (octets: Buffer): boolean {
  const isVersion = (version: number) => version >= 3 && version <= 6
  if ([0x94, 0x98, 0xc5, 0xc6].includes(octets[0])) return isVersion(octets[2]) || isVersion(octets[3])
  return [0x95, 0x99].includes(octets[0]) && isVersion(octets[3])
}

// What tells them is in front.
const headLength = 256

/** What content is that is neither PEM nor DER, as a clause with what to do (`is a Java keystore (JKS): …`); `undefined` where it is not known here. */
export function foreignFile (octets: Buffer): string | undefined {
  const head = octets.subarray(0, headLength).toString('latin1').replace(/^\xef\xbb\xbf/, '')
  return foreignFiles.find(({ isIt }) => isIt(octets, head))?.what
}
