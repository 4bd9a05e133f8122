// The part of bench/README.md about strangers.
const titles = {
  plain: 'an extension that nobody knows',
  combiningMarks: 'an issuer of combining marks',
  alternativeNames: 'alternative names, as many as fit',
  nameConstraints: 'name constraints and as many names (490 of each where they fit)',
  crossSigned: '8 cross-signed P-384 issuers (bounded by signatures)'
}

const milliseconds = ({ median }) => (median / 1000).toFixed(1)

// Results of before this part was there do not have it.
export const strangers = ({ strangers: found }) => found === undefined
  ? ''
  : `
## Strangers

A new connection with a handshake and one request, by a client whose certificate no CA signed: milliseconds of CPU of the server's process, plain Fastify (\`requestCert\`, and
\`rejectUnauthorized: false\`) beside Fastify with this plugin. OpenSSL itself breaks the connection of a client whose own certificate has more than 64 KB: it does not fit into a session ticket.

| certificates of so many bytes | | plain Fastify | with this plugin |
| --- | --- | --- | --- |
${Object.entries(found).flatMap(([kind, bySize]) => Object.entries(bySize).map(([size, { plain, plugin }]) => `| ${titles[kind]} | ${Number(size).toLocaleString('en')} | ${milliseconds(plain)} | ${milliseconds(plugin)} |`)).join('\n')}
`

const forwardedTitles = {
  p384: '8 cross-signed P-384 issuers (bounded by signatures when seen first)',
  p521: '10 cross-signed P-521 issuers (bounded by signatures when seen first)'
}

// Results of before this part was there do not have it.
export const forwardedStrangers = ({ forwardedStrangers: found }) => found === undefined
  ? ''
  : `
A client of a trusted proxy that sends the same refused certificate and its issuers in \`Client-Cert\` and \`Client-Cert-Chain\` with each of 200 requests: milliseconds of CPU of the server's process for a request.

| forwarded | the header is ignored | with this plugin |
| --- | --- | --- |
${Object.entries(found).map(([kind, { ignored, plugin }]) => `| ${forwardedTitles[kind]} | ${(ignored.median / 1000).toFixed(2)} | ${(plugin.median / 1000).toFixed(2)} |`).join('\n')}
`
