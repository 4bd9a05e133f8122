import type { Certificate } from 'fastify-client-certificate'
import { html, type Markup } from './html.js'

/** Where a day stands between the two ends of a certificate's validity, as a picture and in words. */
export function timeLine ({ notBefore, notAfter }: Certificate['validity'], now: Date): Markup {
  const place = scale(Math.min(+now, +notBefore), Math.max(+now, +notAfter))
  return html`
<svg class="line" width="100%" height="24" aria-hidden="true">
  <line class="track" x1="${place(-Infinity)}%" x2="${place(Infinity)}%" y1="12" y2="12" />
  <line class="period" x1="${place(+notBefore)}%" x2="${place(Math.max(+notBefore, +notAfter))}%" y1="12" y2="12" />
  <circle class="now" cx="${place(+now)}%" cy="12" r="8" />
</svg>
<ol class="dates">${inOrder([
    { kind: 'end', label: 'Not before', date: notBefore },
    { kind: 'now', label: '○ Today', date: now },
    { kind: 'end', label: 'Not after', date: notAfter }
  ])}
</ol>
<p>${sentenceOf({ notBefore, notAfter }, now)}</p>`
}

/** Instants to per cent of the line's length. */
const scale = (first: number, last: number) => (time: number): number =>
  Math.round(10_000 * Math.min(1, Math.max(0, (time - first) / Math.max(1, last - first)))) / 100

interface Mark {
  readonly kind: 'end' | 'now'
  readonly label: string
  readonly date: Date
}

const inOrder = (marks: readonly Mark[]): Markup[] =>
  [...marks].sort((one, other) => +one.date - +other.date).map(({ kind, label, date }) => html`
  <li class="${kind}"><span>${label}</span> ${timeOf(date)}</li>`)

const calendar = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })

const timeOf = (date: Date): Markup => html`<time datetime="${date.toISOString()}">${calendar.format(date)} UTC</time>`

function sentenceOf ({ notBefore, notAfter }: Certificate['validity'], now: Date): string {
  if (now < notBefore) return `It becomes valid ${distance(notBefore, now)}.`
  return now > notAfter ? `It expired ${distance(notAfter, now)}.` : `It expires ${distance(notAfter, now)}.`
}

const units = [['year', 31_556_952], ['day', 86_400], ['hour', 3_600], ['minute', 60]] as const

const words = new Intl.RelativeTimeFormat('en')

/** `in 364 days`, `3 hours ago`: in the largest unit of which there are two. */
function distance (date: Date, now: Date): string {
  const seconds = (+date - +now) / 1000
  const [unit, length] = units.find(([, length]) => Math.abs(seconds) >= 2 * length) ?? ['second', 1]
  return words.format(Math.trunc(seconds / length), unit)
}
