import { clientCertificate } from 'fastify-client-certificate'
import { createAuthority } from 'fastify-client-certificate/authority'
import { storeContract } from 'fastify-client-certificate/authority/store-contract'
import { readCertificate, type Certificate } from 'fastify-client-certificate/certificate'
import { schema } from 'fastify-client-certificate/environment'
import { verifyCertificationPath } from 'fastify-client-certificate/trust'

export const read: (bytes: Buffer) => Certificate = readCertificate
export const others: object[] = [clientCertificate, createAuthority, storeContract, schema, verifyCertificationPath]
