import { fork } from 'node:child_process'

const here = new URL('.', import.meta.url).pathname

/** A process that answers each message with one of its own. */
export function start (file, ...args) {
  const child = fork(`${here}${file}`, args, { execArgv: ['--expose-gc'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
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
