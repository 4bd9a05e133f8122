/** Markup whose parts were escaped when it was put together. It is made by `html` alone, so that a plain text can never pass for it. */
export class Markup {
  readonly text: string

  constructor (text: string) {
    this.text = text
  }
}

type Part = Markup | string | number | readonly Markup[]

/** Markup from a template. What stands in `${…}` is text, and is escaped, unless it is markup itself. */
export const html = (template: TemplateStringsArray, ...parts: readonly Part[]): Markup =>
  new Markup(template.map((fixed, index) => fixed + (index < parts.length ? markupOf(parts[index]!) : '')).join(''))

function markupOf (part: Part): string {
  if (part instanceof Markup) return part.text
  return typeof part === 'object' ? part.map((each) => each.text).join('') : escape(String(part))
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

const escape = (text: string): string => visible(text).replace(/[&<>"']/g, (character) => entities[character]!)

// Control characters, line separators, and what cannot be seen or changes the direction of writing.
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/** A text in which nothing is hidden: each character that cannot be seen is written as its code, `U+202E`. Nothing in a name can forge a line, or turn one around. */
export const visible = (text: string): string =>
  text.replace(unseen, (character) => `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`)
