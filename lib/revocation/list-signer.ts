import type { Certificate, CertificateList } from '../certificate/index.js'
import { confirmListSignature } from '../trust/index.js'
import type { HeldList } from './list-succession.js'

/** The lists, each with the one of `issuers` that has its issuer's name and whose key signed it; verified on the thread pool. */
export async function withSigners (lists: readonly CertificateList[], issuers: readonly Certificate[]): Promise<HeldList[]> {
  const held: HeldList[] = []
  for (const list of lists) held.push({ list, signer: await signerOf(list, issuers) })
  return held
}

async function signerOf (list: CertificateList, issuers: readonly Certificate[]): Promise<Certificate | undefined> {
  for (const issuer of issuers) {
    if (issuer.subject.equals(list.issuer) && await confirmListSignature(list, issuer)) return issuer
  }
  return undefined
}
