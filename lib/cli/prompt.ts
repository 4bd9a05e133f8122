import { Failure } from './failure.js'
import type { Input, Output } from './terminal.js'

// What the keys send: return, line feed and Ctrl-D; Ctrl-C; backspace and delete.
const enter: ReadonlySet<string> = new Set(['\r', '\n', '\u0004'])
const interrupt = '\u0003'
const backspace: ReadonlySet<string> = new Set(['\b', '\u007f'])

/** Asks for a line on a terminal, and does not show what is typed. */
export async function askWithoutEcho (input: Input, output: Output, question: string): Promise<string> {
  output.write(question)
  input.setEncoding('utf8')
  input.setRawMode?.(true)
  try {
    return await readLine(input)
  } finally {
    input.setRawMode?.(false)
    input.pause()
    output.write('\n')
  }
}

function readLine (input: Input): Promise<string> {
  return new Promise((resolve, reject) => {
    let line = ''
    const end = (finish: () => void) => {
      input.off('data', take).off('end', close)
      finish()
    }
    const close = () => end(() => reject(new Failure('no passphrase was given: the input has ended')))
    const take = (typed: string) => {
      const characters = [...typed]
      for (const [index, character] of characters.entries()) {
        if (character === interrupt) return end(() => reject(new Failure('interrupted')))
        if (enter.has(character)) return end(() => { giveBack(input, characters.slice(index + 1)); resolve(line) })
        line = backspace.has(character) ? [...line].slice(0, -1).join('') : line + character
      }
    }
    input.on('data', take).on('end', close).resume()
  })
}

// What was pasted behind the line answers the next question.
function giveBack (input: Input, characters: readonly string[]): void {
  input.pause()
  if (characters.length > 0) input.unshift(characters.join(''))
}
