// Control characters, and all that cannot be seen or that changes the direction of writing: a name in a certificate
// could forge a line with them, or give orders to the terminal.
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

const escaped = (characters: string) =>
  characters.split('').map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')

/** The text on one line, with what cannot be seen written as `\u001b`. */
export const visible = (text: string): string => text.replace(unseen, escaped)

/** The same, with its line breaks kept. */
export const visibleLines = (text: string): string => text.split('\n').map(visible).join('\n')
