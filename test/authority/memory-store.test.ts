import t from 'tap'
import { memoryStore } from '../../lib/authority/index.js'
import { storeContract } from '../../lib/authority/store-contract.js'

t.test('the store in memory', async (t) => {
  await storeContract(t, async () => {
    const store = memoryStore()
    return { store, open: async () => store }
  })
})
