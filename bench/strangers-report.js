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
