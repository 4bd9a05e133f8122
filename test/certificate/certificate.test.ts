import t from 'tap'
import { mintAuthority, mintClient } from '../helpers/mint.js'

t.test('a minted client certificate reads as it was written', async (t) => {
  const client = mintClient(mintAuthority(), { subject: 'alice' })
  t.equal(client.certificate.subject.commonName, 'alice')
  t.equal(client.certificate.issuer.commonName, 'Test CA')
  t.strictSame(client.certificate.extendedKeyUsage, ['clientAuth'])
})
