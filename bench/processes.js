import { fork } from 'node:child_process'

const here = new URL('.', import.meta.url).pathname

// V8's first full collection of garbage comes when the heap has some 11 MB: here, while a server starts. Where it meets the
// first calls of some code of Node's own, that stays slow for the life of the process, and with it each request by some
// 4 microseconds. Which server it strikes is chance (Fastify alone, too), so it is put off for all.
const withoutEarlyCollection = '--initial-heap-size=256'

/** A process that answers each message with one of its own. */
export function start (file, ...args) {
  const child = fork(`${here}${file}`, args, { execArgv: ['--expose-gc', withoutEarlyCollection], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const next = () => new Promise((resolve, reject) => {
    const died = (code) => reject(new Error(`${file} ended with ${code}`))
    child.once('exit', died).once('message', (message) => { child.off('exit', died); resolve(message) })
  })
  return {
    next,
    ask (message) {
      child.send(message)
      return next()
    },
    stop () {
      return new Promise((resolve) => { child.once('exit', resolve).disconnect() })
    }
  }
}
