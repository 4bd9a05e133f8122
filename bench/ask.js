const answerEnd = 'Hello, client\n'

/** One request over a socket that is kept, and its answer to the last octet. */
export const ask = (socket, text) => new Promise((resolve, reject) => {
  let answer = ''
  socket.on('data', function more (part) {
    answer += part.toString('latin1')
    if (!answer.endsWith(answerEnd)) return
    socket.off('data', more)
    if (answer.startsWith('HTTP/1.1 200 ')) resolve(answer)
    else reject(new Error(answer))
  })
  socket.write(text)
})

/**
 * Keeps this process's event loop turning until the returned function is called. To wake a process that sleeps is work of the kernel's, booked on
 * whoever sends it something; a slower server lets its client fall asleep more often, and would look slower still.
 */
export function stayAwake () {
  let awake = true
  const turn = () => { if (awake) setImmediate(turn) }
  turn()
  return () => { awake = false }
}
