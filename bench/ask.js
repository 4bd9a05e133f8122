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
