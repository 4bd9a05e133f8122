import type { Certificate } from 'fastify-client-certificate'

type GeneralName = Certificate['subjectAltName'][number]

/** The value of a subject alternative name, for people. */
export function textOf (name: GeneralName): string {
  if (name.type === 'otherName') return name.userPrincipalName ?? name.smtpUTF8Mailbox ?? `${name.typeIdentifier} ${name.value.toString('hex')}`
  return Buffer.isBuffer(name.value) ? name.value.toString('hex') : name.value.toString()
}
