#!/usr/bin/env node
import { endQuietly } from './broken-pipe.js'
import { run } from './run.js'

const { stdin, stdout, stderr } = process

stdout.on('error', endQuietly(process))
process.exitCode = await run(process.argv.slice(2), { stdin, stdout, stderr, env: process.env, cwd: process.cwd(), now: () => new Date() })
