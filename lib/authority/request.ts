import { createPublicKey, type KeyObject } from 'node:crypto'
import {
  readCertificationRequest, writeCertificationRequest, writeCertificationRequestInfo, type CertificationRequest, type GeneralNameText
} from '../certificate/index.js'
import { givenOrNewKey, type KeyType } from './key-type.js'
import { refuseUnknown } from './known-options.js'
import { alternativeNames } from './profile.js'
import { keySigner } from './signer.js'
import { subjectName, type SubjectName } from './subject.js'

export interface RequestOptions {
  /** May be the empty name where there is a `subjectAltName`. */
  readonly subject: SubjectName
  readonly subjectAltName?: readonly GeneralNameText[]
  /** The kind of the key that is made. Default `ec-p256`. */
  readonly keyType?: KeyType
  /** A key that is there already, instead of a new one. */
  readonly privateKey?: KeyObject
}

const requestOptions = ['subject', 'subjectAltName', 'keyType', 'privateKey']

/** A certification request, and the private key that goes with it: to be kept, and shown to nobody. */
export interface Requested {
  readonly request: CertificationRequest
  readonly privateKey: KeyObject
}

/**
 * Makes a certification request (PKCS #10), and its private key: what a requester sends to an authority. It asks for names
 * alone; what the certificate is for is the authority's to say.
 * @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: an option that cannot be
 */
export async function createRequest (options: RequestOptions): Promise<Requested> {
  refuseUnknown(options, requestOptions)
  const subject = subjectName(options.subject)
  // Those of a client: what a server needs beside is asked where it is known to be one.
  const extensions = alternativeNames('client', subject, options.subjectAltName)
  const privateKey = await givenOrNewKey(options)
  const { signatureAlgorithm, sign } = keySigner(privateKey)
  const subjectPublicKeyInfo = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  const info = writeCertificationRequestInfo({ subject: subject.raw, subjectPublicKeyInfo, extensions })
  const request = readCertificationRequest(writeCertificationRequest(info, signatureAlgorithm, await sign(info)))
  return Object.freeze({ request, privateKey })
}
