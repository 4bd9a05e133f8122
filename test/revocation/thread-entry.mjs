// Node before 22.13 loads no TypeScript in a thread of itself: tsx has to be told there.
import { register } from 'tsx/esm/api'

register()
await import('../../lib/revocation/list-worker.ts')
