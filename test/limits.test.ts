// Does not depend on the version of Node.
import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'

// On a busy machine, a file may take ten times as long as on an idle one. A limit is only for what hangs.
const leastSeconds = 900

const numbersIn = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map(([, number]) => Number(number.replaceAll('_', '')))

t.test('a test file may take 15 minutes, whoever runs it', async (t) => {
  t.ok(JSON.parse(readFileSync('package.json', 'utf8')).tap.timeout >= leastSeconds, 'npm test')
  const ofRun = numbersIn(readFileSync('.ci/run', 'utf8'), /(?:TAP_TIMEOUT=|\btimeout )(\d+)/g)
  t.ok(ofRun.length > 0 && ofRun.every((seconds) => seconds >= leastSeconds), '.ci/run')
  const names = readdirSync('test', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.test.ts'))
  for (const name of names) {
    const found = numbersIn(readFileSync(`test/${name}`, 'utf8'), /\bt\.setTimeout\(([\d_]+)\)/g)
    t.strictSame(found.filter((milliseconds) => milliseconds < leastSeconds * 1000), [], name)
  }
})
