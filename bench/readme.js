// The table "What it costs" of the package's README: of each figure either what was measured on the code that is there now, or nothing.
import { readFileSync, writeFileSync } from 'node:fs'
import { isCurrent } from './code.js'

const fixed = (digits) => ({ median }) => median.toFixed(digits)
const [whole, tenths, hundredths] = [0, 1, 2].map(fixed)
const ratio = ({ ofFastifyByRound }) => hundredths(ofFastifyByRound.median)
const thousands = ({ median }) => Math.round(median).toLocaleString('en')

/** From the least to the greatest of some figures. */
function range (figures, digits) {
  const medians = figures.map(({ median }) => median)
  const [least, greatest] = [Math.min(...medians).toFixed(digits), Math.max(...medians).toFixed(digits)]
  return least === greatest ? least : `${least} to ${greatest}`
}

const rows = [
  ['a full handshake and one request, CPU of the server', ['servers'], ({ servers: { handshakes: { plugin, again } } }) =>
    `${ratio(plugin)} of Fastify with Node's own mutual TLS (OpenSSL is spared the client's signature); Fastify against itself ${ratio(again)}`],
  ['a resumed session and one request', ['servers'], ({ servers: { resumed: { plugin, again } } }) =>
    `${ratio(plugin)}; Fastify against itself ${ratio(again)}`],
  ['a new connection, inside the server\'s process', ['hooks'], ({ hooks: { connection: { seenBefore, neverSeen }, ofNode: { certificate, signature } } }) =>
    `${whole(seenBefore)} µs for a client that was seen before (Node's fingerprint of its certificate alone ${whole(certificate)}), ` +
    `${whole(neverSeen)} µs for a new one (one signature by Node alone ${whole(signature)})`],
  ['a request on a kept-alive connection', ['keptAlive'], ({ keptAlive: { plugin, hooks, byHand, express } }) =>
    `${ratio(plugin)}; of that ${ratio(hooks)} for having any two hooks (\`getPeerCertificate()\` by hand ${tenths(byHand.ofFastify)}, Express with passport-client-cert ${tenths(express.ofFastify)})`],
  ['a request with a certificate that a proxy forwards, seen before', ['forwarded', 'forwarding'], ({ forwarded, forwarding }) => {
    const forms = ['nginx', 'rfc9440', 'envoy']
    return `${range(forms.map((form) => forwarded[form].plugin.ofIgnored), 2)} of a server without TLS that ignores the header (by hand ${whole(forwarded.nginx.byHand.ofIgnored)}); ` +
      `from the header to the certificate ${range(forms.map((form) => forwarding[form].seen), 1)} µs, of a new one ${range(forms.map((form) => forwarding[form].anew), 0)} µs`
  }],
  ['memory of an idle connection, beyond Fastify\'s', ['memory'], ({ memory: { plugin, fastify } }) => `${Math.round(plugin.median - fastify.median)} bytes`],
  ['a CRL of a million entries', ['lists'], ({ lists }) => {
    const { milliseconds, longestPauseMilliseconds, octetsKeptPerEntry, lookUpMicroseconds: { absent, present }, handshake, request } = lists[1_000_000]
    return `${(milliseconds.median / 1000).toFixed(2)} s to load and verify, no pause over ${Math.ceil(longestPauseMilliseconds.greatest)} ms, ${figure(octetsKeptPerEntry)} bytes an entry beyond its own; ` +
      `a look-up ${range([absent, present], 0)} µs; a new connection ${hundredths(request.withList.ofWithout)} of one without, which against itself is ${hundredths(request.again.ofWithout)} ` +
      `(Node's option \`crl\`: ${whole(handshake.withNodeCrl)} ms for each)`
  }],
  ['reading a certificate in full', ['decode'], ({ decode: { ours, node, peculiar, pkijs } }) =>
    `${whole(ours)} µs (Node's \`X509Certificate\` ${whole(node)}, @peculiar/x509 ${thousands(peculiar)}, pkijs ${thousands(pkijs)})`],
  ['signing a certification request, checked and recorded', ['issuing'], ({ issuing: { ours, pkijs, openssl } }) =>
    `${(ours.median / 1000).toFixed(1)} ms (pkijs ${(pkijs.median / 1000).toFixed(1)}, a process of \`openssl x509 -req\` ${(openssl.median / 1000).toFixed(0)})`]
]

const figure = (found) => (found.median ?? found).toFixed(0)

/** The rows whose figures are older than the code that they measure, each with the parts to measure. */
export function staleRows (results, root) {
  return rows.map(([title, parts]) => ({ title, parts: parts.filter((part) => !isCurrent(results, part, root)) })).filter(({ parts }) => parts.length > 0)
}

const again = (parts) => `not measured since the code changed (\`npm run bench -- ${parts.join(' ')}\`)`

function tableOf (results, root) {
  const stale = new Map(staleRows(results, root).map(({ title, parts }) => [title, parts]))
  const lines = rows.map(([title, , text]) => `| ${title} | ${stale.has(title) ? again(stale.get(title)) : text(results)} |`)
  return `| | |\n| --- | --- |\n${lines.join('\n')}\n`
}

const place = /(\n## What it costs\n[^|]*)(?:\|.*\n)+/

/** The text of the README with the table as the results have it. */
export const readmeWith = (text, results, root) => text.replace(place, (_, before) => before + tableOf(results, root))

/** Writes it; what it returns are the rows that were left without a figure. */
export function writeReadme (results, root) {
  const file = `${root}/README.md`
  writeFileSync(file, readmeWith(readFileSync(file, 'utf8'), results, root))
  return staleRows(results, root)
}
