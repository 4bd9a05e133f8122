import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, cpus } from 'node:os'
import { codeOf } from './code.js'
import { compareDecoders } from './decode.js'
import { compareForwarding, measureForwarding } from './forwarding.js'
import { measureHooks } from './hooks.js'
import { measureCertificateList, measureIssuing } from './issuing.js'
import { measureLists } from './lists.js'
import { makeMaterial } from './material.js'
import { measurePaths } from './paths.js'
import { measureForwardedStrangers, measureStrangers } from './strangers.js'
import { answers, compareKeptAlive, compareMemory, compareServers } from './side-by-side.js'
import { writeReadme } from './readme.js'
import { writeReport } from './report.js'

const rounds = Number(process.env.ROUNDS ?? 7)
const log = (line) => process.stderr.write(`${line}\n`)
const file = new URL('results.json', import.meta.url)
const root = new URL('..', import.meta.url).pathname

const parts = {
  decode: () => compareDecoders(30, log),
  issuing: () => measureIssuing(15, log),
  certificateList: () => measureCertificateList(log),
  paths: () => measurePaths(rounds, log),
  lists: () => measureLists(rounds, log),
  hooks: () => measureHooks(rounds, log),
  async servers (folder) {
    const given = Object.values(await answers(folder))
    if (new Set(given).size !== 1) throw new Error(`the servers do not answer alike:\n${given.join('\n\n')}`)
    return compareServers(folder, rounds, log)
  },
  keptAlive: (folder) => compareKeptAlive(folder, rounds, log),
  forwarded: (folder) => compareForwarding(folder, rounds, log),
  forwarding: () => measureForwarding(log),
  strangers: (folder) => measureStrangers(folder, Math.min(rounds, 3), log),
  forwardedStrangers: (folder) => measureForwardedStrangers(folder, Math.min(rounds, 3), log),
  memory: (folder) => compareMemory(folder, Math.min(rounds, 3), log)
}

// Parts may be named; the figures of the others stay as they were. `report` measures nothing, and writes what is there.
const named = process.argv.slice(2)
const results = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
const here = {
  date: new Date().toISOString().slice(0, 10),
  node: process.versions.node,
  openssl: process.versions.openssl,
  machine: `${cpus().length} cores, ${cpus()[0].model}`
}

/** What another machine said last is kept beside. */
function keep (name, found) {
  results.measured ??= {}
  results.elsewhere ??= {}
  const before = results.measured[name]
  if (before !== undefined && before.machine !== here.machine) results.elsewhere[name] = { measured: before, found: results[name] }
  results.measured[name] = { ...here, code: codeOf(name, root) }
  results[name] = found
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`)
}

const folder = mkdtempSync(`${tmpdir()}/bench-`)
try {
  await makeMaterial(folder)
  for (const [name, measure] of Object.entries(parts)) {
    if (named.length === 0 || named.includes(name)) keep(name, await measure(folder))
  }
} finally {
  rmSync(folder, { recursive: true })
}
writeReport(results, root)
for (const { title, parts: older } of writeReadme(results, root)) {
  log(`README.md has no figure for '${title}': the code is newer than what was measured (npm run bench -- ${older.join(' ')})`)
  process.exitCode = 1
}
