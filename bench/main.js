import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, cpus } from 'node:os'
import { compareDecoders } from './decode.js'
import { measureHooks } from './hooks.js'
import { makeMaterial } from './material.js'
import { answers, compareMemory, compareServers } from './side-by-side.js'
import { writeReport } from './report.js'

const rounds = Number(process.env.ROUNDS ?? 7)
const log = (line) => process.stderr.write(`${line}\n`)
const folder = mkdtempSync(`${tmpdir()}/bench-`)
try {
  await makeMaterial(folder)
  const given = Object.values(await answers(folder))
  if (new Set(given).size !== 1) throw new Error(`the servers do not answer alike:\n${given.join('\n\n')}`)
  const results = {
    date: new Date().toISOString().slice(0, 10),
    node: process.versions.node,
    openssl: process.versions.openssl,
    machine: `${cpus().length} cores, ${cpus()[0].model}`,
    rounds,
    decode: await compareDecoders(30, log),
    hooks: await measureHooks(log),
    servers: await compareServers(folder, rounds, log),
    memory: await compareMemory(folder, Math.min(rounds, 3), log)
  }
  writeFileSync(new URL('results.json', import.meta.url), `${JSON.stringify(results, null, 2)}\n`)
  writeReport(results)
} finally {
  rmSync(folder, { recursive: true })
}
