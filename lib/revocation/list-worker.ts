// What a worker thread starts with: see list-reader.ts.
import { parentPort } from 'node:worker_threads'
import { serveLists } from './list-thread.js'

serveLists(parentPort)
