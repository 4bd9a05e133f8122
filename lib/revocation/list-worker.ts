// What a worker thread starts with: see list-entry.ts.
import { parentPort, workerData } from 'node:worker_threads'
import { serveLists } from './list-thread.js'

serveLists(parentPort, workerData, 'fastify-client-certificate/list-worker')
