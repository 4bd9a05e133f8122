#!/usr/bin/env node
import process from 'node:process'
import { endQuietly } from './broken-pipe.js'
import { run } from './run.js'

const { argv, env, stdin, stdout, stderr } = process

stdout.on('error', endQuietly)
process.exitCode = await run(argv.slice(2), { stdin, stdout, stderr, env, cwd: process.cwd(), now: () => new Date() })
