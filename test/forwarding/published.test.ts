import { createHash } from 'node:crypto'
import t from 'tap'
import { ForwardedFields, formats } from '../../lib/forwarding/index.js'
import { publishedExamples, type PublishedExample } from './published-examples.js'

function reading ({ from, fields }: PublishedExample): PublishedExample['expected'] {
  const [header, second] = Object.keys(fields)
  const chainHeader = second !== undefined && formats[from].readChain !== undefined ? second : undefined
  // Which element counts is another question; here it is the last.
  const forwarded = new ForwardedFields({ from, header: header.replaceAll('_', '-'), chainHeader, ...(from === 'envoy' && { whenMoreElements: 'ignore' }) })
  try {
    // Names with underscores are no names here: options refuse them.
    const found = forwarded.find(Object.entries(fields).flatMap(([name, value]) => [name.replaceAll('_', '-'), value]))
    const read = found && forwarded.read(found)
    return read === undefined ? 'absent' : { leaf: createHash('sha256').update(read.certificate).digest('hex'), intermediates: read.intermediates.length }
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_FORWARDED_CERTIFICATE') return 'malformed'
    throw error
  }
}

t.test('published examples read as their publishers say', async (t) => {
  t.ok(publishedExamples.length > 30)
  for (const example of publishedExamples) t.strictSame(reading(example), example.expected, `${example.from}: ${example.source}`)
})
