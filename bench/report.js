import { writeFileSync } from 'node:fs'
import { codeOf, isCurrent } from './code.js'
import { plot } from './plot.js'
import { forwardedStrangers, strangers } from './strangers-report.js'

const here = (name) => new URL(name, import.meta.url)
const fixed = (digits) => (figure) => figure.toFixed(digits)
const span = (summary, form) => `${form(summary.median)} (${form(summary.least)} to ${form(summary.greatest)})`

const names = {
  https: 'bare `node:https`',
  fastify: 'Fastify alone',
  again: 'Fastify alone, once more (null pair)',
  hooks: 'Fastify with two hooks that do nothing',
  plugin: 'Fastify with this plugin and one guard',
  byHand: 'Fastify, `getPeerCertificate()` by hand',
  express: 'Express with passport-client-cert'
}

/** Writes bench/README.md and its plot from the results of one run. */
export function writeReport (results, root) {
  writeFileSync(here('README.md'), page(results, root))
  writeFileSync(here('plot.svg'), plot({ servers: figuresOf(results) }, names))
}

const page = (results, root) => `# What it costs

Client and server on one machine of two cores; which and when [is below](#when-and-where). To repeat: \`npm run bench\` (\`ROUNDS=3 npm run bench -- servers\` for a quicker look at one part: decode, issuing, certificateList, paths, lists, hooks, servers, keptAlive, forwarded, forwarding, strangers, memory). It writes
this page, \`plot.svg\`, \`results.json\` and the table in the README of the package. \`npm run bench -- report\` writes them anew and measures nothing.
A figure belongs to the code that it was measured on: the README shows none that is older than the code, and \`node bench/check.js\` fails while one is.

Figures are medians, with the least and the greatest in brackets. Shared machines are noisy, so each round starts fresh processes, in
an order by chance; what is compared is CPU time of the server's process per operation, as a part of what Fastify alone took in the same round; and Fastify
alone is measured twice in each round: what differs between the two (the null pair) cannot be told apart from noise.

## Side by side

![CPU time of the server per operation, as a part of Fastify alone](plot.svg)

All servers speak mutual TLS 1.3 with the same P-256 certificates, check the client's certificate, and answer the same octets. Fastify alone leaves the
check to OpenSSL (\`rejectUnauthorized\`). The client sends its certificate alone, as browsers do. Each round
has fresh processes, and in it all servers run at once and take turns; in all rounds together ${results.servers.handshakes.fastify.count} turns of 60 full handshakes, ${results.servers.resumed.fastify.count} of 100 resumed ones (${rounds(results)} rounds), and ${results.keptAlive.fastify.count} of 2,000 kept-alive requests, over eight connections that all ask and then
all wait. The client turns its event loop until all has come, and never sleeps: to wake it would be work of the kernel's that is booked on the server, and the more the slower
a server is. Servers start with \`--initial-heap-size=256\`: V8 collects all garbage for the first time when the heap has some 11 MB, which is while a server starts, and
where that meets the first calls of some code of Node's own, V8 defines the computed keys of its object literals (as process.nextTick has them) by a slow way for the rest of
the process's life: some 4 µs for each request. It strikes by chance, Fastify alone too, and more often a process that has more to load. Without the flag the
plugin's server was struck nearly always and Fastify alone seldom, and the ratio was 1.15 to 1.20; with it, neither.

${Object.entries(titles).map(([work, title]) => `### ${title}\n\n${sideBySide(figuresOf(results)[work])}`).join('\n\n')}

### Memory

JavaScript heap per idle connection, after a collection of garbage, with 5,000 of them open; in octets.

| | octets | beyond Fastify alone |
| --- | --- | --- |
${Object.entries(results.memory).map(([name, summary]) => `| ${names[name]} | ${span(summary, fixed(0))} | ${fixed(0)(summary.median - results.memory.fastify.median)} |`).join('\n')}

## In process

What the plugin adds inside the server's process, over live TLS sockets, after 8,000 connections of as many clients; microseconds. The client is in the same process.
Each figure is the median of 500 connections (of 15 batches of 200,000 calls for the hooks); shown are the median, the least and the greatest of ${results.hooks.request.count} fresh processes.

${inProcess(results, root)}

A client of OpenSSL (curl, Node) that trusts the CA that signed its own certificate sends that CA's certificate along. Node decodes it again when the
client's certificates are asked for; that time is Node's own.

## Reading a certificate

A full decode of a typical client's certificate (P-256, ${results.decode.octets} octets): names, dates, serial number, extensions. ${results.decode.ours.count} batches in turn; microseconds.

| | µs |
| --- | --- |
| \`readCertificate\` | ${span(results.decode.ours, fixed(0))} |
| \`new X509Certificate\` of Node, and its getters (names and alternative names as text; no key usage, identifiers, path length) | ${span(results.decode.node, fixed(0))} |
| @peculiar/x509 | ${span(results.decode.peculiar, fixed(0))} |
| pkijs | ${span(results.decode.pkijs, fixed(0))} |
${forwarding(results)}${paths(results)}${lists(results)}${strangers(results)}${forwardedStrangers(results)}${issuing(results)}${provenance(results, root)}`

/** On this machine and, where the same code was measured there, on another one. */
const inProcess = ({ hooks, measured, elsewhere }, root) => {
  const other = elsewhere.hooks?.measured.code === codeOf('hooks', root) ? [[elsewhere.hooks.measured, elsewhere.hooks.found]] : []
  const columns = [[measured.hooks, hooks], ...other]
  const row = (title, of, digits) => `| ${title} | ${columns.map(([, found]) => span(of(found), fixed(digits))).join(' | ')} |`
  return [
    `| | ${columns.map(([{ machine }]) => `µs, ${machine}`).join(' | ')} |`,
    `| --- |${' --- |'.repeat(columns.length)}`,
    row('both hooks, for a request on a kept-alive connection', ({ request }) => request, 2),
    row('a new connection of a client that was seen before', ({ connection }) => connection.seenBefore, 0),
    row('… that sends its root along', ({ connection }) => connection.withRoot, 0),
    row('a new connection of a client never seen: read, path built, signature verified', ({ connection }) => connection.neverSeen, 0),
    row('in the same place: Node\'s `getPeerX509Certificate().fingerprint256`, without which nobody is known again', ({ ofNode }) => ofNode.certificate, 0),
    row('in the same place: one `crypto.verify` of Node\'s with P-256', ({ ofNode }) => ofNode.signature, 0)
  ].join('\n')
}

const provenance = (results, root) => `
## When and where

The figures of a part whose code has changed since are old: the README of the package leaves them out until they are measured again.

| part | measured on | Node | OpenSSL | machine | the code since |
| --- | --- | --- | --- | --- | --- |
${Object.entries(results.measured).map(([part, { date, node, openssl, machine }]) => `| ${part} | ${date} | ${node} | ${openssl} | ${machine} | ${isCurrent(results, part, root) ? 'is the same' : 'has changed'} |`).join('\n')}
`

// Results of before this part was there do not have it.
const paths = ({ paths }) => paths === undefined
  ? ''
  : `
## Certification paths

A path that is found and verified (P-256 all through), beside \`openssl verify\`, which is a process of its own for each, and a full mutual handshake of TLS 1.3, both ends in
one process. ${paths.two.anew.count} rounds, all in turn; microseconds, of CPU but for \`openssl verify\`, which is what the clock says.

| | two certificates | three certificates |
| --- | --- | --- |
${Object.entries(ways).map(([way, title]) => `| ${title} | ${span(paths.two[way], fixed(0))} | ${span(paths.three[way], fixed(0))} |`).join('\n')}
`

const forwarding = ({ forwarded, forwarding }) => forwarded === undefined || forwarding === undefined
  ? ''
  : `
## Certificates in a header

Servers without TLS behind a proxy whose address is trusted. A request on a kept-alive connection with the same header, a certificate that was seen before: CPU time of the server's process, in ${forwarded.nginx.plugin.count} batches of 2,000
for which all servers take turns (and the client never sleeps, as above), as a part of what the same Fastify server takes that ignores the header (again twice: the null pair).

| | µs of CPU, ignored | with this plugin and one guard | of ignored | null pair |
| --- | --- | --- | --- | --- |
${Object.entries(headers).map(([kind, title]) => `| ${title} | ${span(forwarded[kind].ignored, fixed(0))} | ${span(forwarded[kind].plugin, fixed(0))} | ${span(forwarded[kind].plugin.ofIgnored, fixed(3))} | ${span(forwarded[kind].again.ofIgnored, fixed(3))} |`).join('\n')}

By hand, as it is done today (\`decodeURIComponent\`, \`new X509Certificate\`, \`checkIssued\`, \`verify\`, \`toLegacyObject\` on every request), the form of nginx takes ${span(forwarded.nginx.byHand, fixed(0))} µs, ${span(forwarded.nginx.byHand.ofIgnored, fixed(1))} of a server that ignores it.

From the header to the certificate, in process and without the path, whose cost is below; microseconds. ${forwarding.nginx.anew.count} certificates, each for the first time, and one of them again and again.

| | seen before | new |
| --- | --- | --- |
${Object.entries(headers).map(([kind, title]) => `| ${title} | ${span(forwarding[kind].seen, fixed(2))} | ${span(forwarding[kind].anew, fixed(0))} |`).join('\n')}
| by hand, with the signature verified | | ${span(forwarding.byHand, fixed(0))} |

Of fields of 16 KiB that are good for nothing, each crafted to take long, the slowest is refused after ${Object.entries(headers).map(([kind, title]) => `${fixed(0)(forwarding.greatest[kind].median)} µs (${fixed(0)(forwarding.greatest[kind].greatest)} at most in ${forwarding.greatest[kind].count}; ${title})`).join(', ')}. Garbage is collected before each, and not in between.
`

const headers = { nginx: 'nginx', rfc9440: 'RFC 9440', envoy: 'XFCC of Envoy' }

const ways = {
  anew: '`verifyCertificationPath`, all read anew, the trust anchor as well',
  kept: '… the leaf read anew, the authorities kept',
  openssl: '`openssl verify`',
  handshake: 'a handshake'
}

const lists = ({ lists }) => lists === undefined
  ? ''
  : `
## Certificate lists

Loading: from the name of a file to a list that can be asked, the signature verified; each time in a fresh process. The longest pause is of its event loop. What is kept is beyond the octets of
the list itself. A look-up that finds decodes the entry.

| entries | | ${Object.keys(lists).map((size) => Number(size).toLocaleString('en')).join(' | ')} |
| --- | --- | ${Object.keys(lists).map(() => '---').join(' | ')} |
${listRows.map(([what, unit, of, form]) => `| ${what} | ${unit} | ${Object.values(lists).map((found) => tell(of(found), form)).join(' | ')} |`).join('\n')}

The last rows are of client and server together: new connections with a handshake by plain Node, with its option \`crl\` and without, and new connections with one request to an application with this plugin, by
clients never seen before. The null pair is the same without a list, once more.
`

const listRows = [
  ['to load', 'ms', ({ milliseconds }) => milliseconds, fixed(0)],
  ['… of CPU, all threads', 'ms', ({ cpuMilliseconds }) => cpuMilliseconds, fixed(0)],
  ['longest pause', 'ms', ({ longestPauseMilliseconds }) => longestPauseMilliseconds, fixed(0)],
  ['kept for each entry', 'octets', ({ octetsKeptPerEntry }) => octetsKeptPerEntry, fixed(1)],
  ['a look-up of who is not on it', 'µs of CPU', ({ lookUpMicroseconds }) => lookUpMicroseconds.absent, fixed(2)],
  ['a look-up of who is', 'µs of CPU', ({ lookUpMicroseconds }) => lookUpMicroseconds.present, fixed(2)],
  ['`openssl crl` reads it', 'ms', ({ openssl }) => openssl.milliseconds, fixed(0)],
  ['a handshake by Node', 'ms of CPU', ({ handshake }) => handshake.without, fixed(1)],
  ['… with Node\'s `crl`', 'ms of CPU', ({ handshake }) => handshake.withNodeCrl, fixed(1)],
  ['with this plugin and the list', 'of without', ({ request }) => request.withList.ofWithout, fixed(2)],
  ['… null pair', 'of without', ({ request }) => request.again.ofWithout, fixed(2)]
]

const tell = (found, form) => typeof found === 'number' ? form(found) : span(found, form)

const issuing = ({ issuing, certificateList }) => `
## Being an authority

A certificate signed for a request that is there as octets (P-256 all through): read, its signature verified, the policy asked, signed, recorded in memory, the
result read back. ${issuing.bare.count} batches in turn; CPU time. \`openssl\` is a process of its own for each.

| | µs of CPU | of the bare signatures | of these and the loading of the key |
| --- | --- | --- | --- |
${Object.entries(issuers).map(([name, title]) => `| ${title} | ${span(issuing[name], fixed(0))} | ${span(issuing[name].ofBare, fixed(2))} | ${span(issuing[name].ofLoading, fixed(2))} |`).join('\n')}

Each request brings another public key, and OpenSSL 3.0, which is in Node 20, takes longer to load one than to verify a signature with it.

A certificate list of ${certificateList.entries.toLocaleString('en')} entries with reasons (${fixed(1)(certificateList.octets / 1e6)} MB) is written, signed and read back in ${fixed(2)(certificateList.seconds)} s of CPU, with at most
${fixed(0)(certificateList.mebibytes)} MiB more memory.
`

const issuers = {
  bare: 'one `crypto.verify` and one `crypto.sign`, with keys that are loaded',
  loading: 'the same, with `crypto.createPublicKey` of the key in the request',
  ours: '`authority.sign`',
  pkijs: 'pkijs',
  openssl: '`openssl x509 -req`'
}

const rounds = ({ servers }) => servers.resumed.plugin.ofFastifyByRound.median.count

const figuresOf = ({ keptAlive, servers }) => ({ ...servers, keptAlive })

const titles = {
  keptAlive: 'A request on a kept-alive connection',
  handshakes: 'A connection with a full handshake, and one request',
  resumed: 'A connection with a resumed session, and one request'
}

const sideBySide = (byServer) => `| | µs of CPU | of Fastify alone, turn by turn | … by the medians of each round | … by the least of each round |
| --- | --- | --- | --- | --- |
${Object.entries(byServer).map(([name, summary]) => `| ${names[name]} | ${span(summary, fixed(0))} | ${name === 'fastify' ? '1 | 1 | 1' : ratiosOf(summary).map((each) => span(each, fixed(3))).join(' | ')} |`).join('\n')}`

const ratiosOf = ({ ofFastify, ofFastifyByRound: { median, least } }) => [ofFastify, median, least]
