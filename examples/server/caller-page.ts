import type { Certificate } from 'fastify-client-certificate'
import { textOf } from './general-name.js'
import { html, type Markup } from './html.js'
import { page } from './page.js'
import { timeLine } from './time-line.js'

/** Who calls, as the certificate says it; `problem` says why the certificate is not current, if it is not. */
export const callerPage = (certificate: Certificate, problem: string | undefined, now: Date): string =>
  page(`${titleOf(certificate)}: client certificate`, html`
<div class="${problem === undefined ? 'good' : 'bad'}">
<p class="status ${problem === undefined ? 'good' : 'bad'}">${problem === undefined ? '✓ The certificate is valid' : '✗ The certificate is not current'}</p>
<h1 class="long"><bdi>${titleOf(certificate)}</bdi></h1>
<p class="faint">${problem ?? 'Client cert received: this is who you are to the server.'}</p>
<h2>Validity</h2>
${timeLine(certificate.validity, now)}
</div>
<h2>What it says</h2>
<dl>${facts(certificate).map(([name, value]) => html`
<dt>${name}</dt><dd><div class="long">${value}</div></dd>`)}
</dl>`)

const titleOf = ({ subject }: Certificate): string => subject.commonName ?? (subject.toString() || 'A caller without a name')

const facts = (certificate: Certificate): Array<[name: string, value: Markup]> => [
  ['Name', text(certificate.subject.toString() || 'none')],
  ['Other names', otherNames(certificate)],
  ['Signed by', text(certificate.issuer.toString())],
  ['Serial number', html`<code>${certificate.serialNumber}</code>`],
  ['SHA-256 fingerprint', html`<code>${inPairs(certificate.fingerprint256)}</code>`]
]

const text = (value: string): Markup => html`<bdi>${value}</bdi>`

// A line may end between two octets only.
const inPairs = (fingerprint: string): Markup[] => fingerprint.split(/(?<=:)/).map((pair) => html`${pair}<wbr>`)

function otherNames ({ subjectAltName }: Certificate): Markup {
  if (subjectAltName.length === 0) return html`<span class="faint">none</span>`
  return html`<ul>${subjectAltName.map((name) => html`<li><span class="faint">${name.type}</span> <bdi>${textOf(name)}</bdi></li>`)}</ul>`
}
