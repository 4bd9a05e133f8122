const works = { keptAlive: 'kept-alive request', handshakes: 'full handshake', resumed: 'resumed session' }
const colours = { https: '#8a8f98', again: '#c3c8d0', hooks: '#7f9db9', plugin: '#0a7d4f', byHand: '#c77d00', express: '#b23b3b' }
const rowHeight = 22
const left = 250
const width = 860

/** Bars of each server's median ratio to Fastify alone, with a line from the least to the greatest. */
export function plot ({ servers }, names) {
  const rows = Object.entries(works).flatMap(([work, title]) => [{ title }, ...Object.keys(colours).map((name) => ({ name, ...servers[work][name].ofFastify }))])
  const most = Math.max(...rows.map((row) => row.greatest ?? 0))
  const x = (ratio) => left + ratio / most * (width - left - 70)
  const height = rows.length * rowHeight + 40
  const body = rows.map((row, index) => row.title ? heading(row.title, index) : bar(row, index, x, names)).join('\n')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13">
<rect width="${width}" height="${height}" fill="#ffffff"/>
<line x1="${x(1)}" x2="${x(1)}" y1="8" y2="${height - 26}" stroke="#444" stroke-dasharray="3 3"/>
<text x="${x(1)}" y="${height - 10}" text-anchor="middle" fill="#444">1 = Fastify alone</text>
${body}
</svg>
`
}

const heading = (title, index) => `<text x="12" y="${index * rowHeight + 22}" font-weight="600">CPU per ${title}</text>`

function bar ({ name, median, least, greatest }, index, x, names) {
  const y = index * rowHeight + 10
  return `<text x="${left - 8}" y="${y + 13}" text-anchor="end" fill="#333">${names[name].replaceAll('`', '').replace(', once more', '')}</text>
<rect x="${left}" y="${y + 3}" width="${(x(median) - left).toFixed(1)}" height="13" fill="${colours[name]}"/>
<line x1="${x(least).toFixed(1)}" x2="${x(greatest).toFixed(1)}" y1="${y + 9.5}" y2="${y + 9.5}" stroke="#111"/>
<text x="${(x(greatest) + 6).toFixed(1)}" y="${y + 13}" fill="#111">${median.toFixed(2)}</text>`
}
