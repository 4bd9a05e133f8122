import { createHash } from 'node:crypto'
import t from 'tap'
import { prefersHtml } from '../../examples/server/accept.js'
import { callerPage } from '../../examples/server/caller-page.js'
import { html, visible } from '../../examples/server/html.js'
import { contentSecurityPolicy } from '../../examples/server/style.js'
import { callerText } from '../../examples/server/texts.js'
import { welcomePage } from '../../examples/server/welcome-page.js'
import { extensionTypes, writeGeneralNames, type GeneralNameText } from '../../lib/certificate/index.js'
import { mint, type MintOptions } from '../helpers/mint.js'

const notBefore = new Date('2026-01-01T00:00:00Z')
const notAfter = new Date('2027-01-01T00:00:00Z')
const at = (day: string) => new Date(`${day}T00:00:00Z`)

const certificateOf = (options: MintOptions = {}) => mint({ notBefore, notAfter, ...options }).certificate

t.test('what is put into markup is text, unless it is markup', async (t) => {
  t.equal(html`<p title="${'"\'<>&'}">${1}${html`<b>${'<i>'}</b>`}${['a', 'b'].map((each) => html`<li>${each}`)}</p>`.text,
    '<p title="&quot;&#39;&lt;&gt;&amp;">1<b>&lt;i&gt;</b><li>a<li>b</p>')
})

t.test('what cannot be seen is written as its code', async (t) => {
  t.equal(visible('a\u202Eb\nc\u0000d\u{E0041}é'), 'aU+202EbU+000AcU+0000dU+E0041é')
})

t.test('an Accept field tells who likes HTML better', async (t) => {
  for (const accept of ['text/html', 'text/html,*/*;q=0.8', 'TEXT/HTML;Q=0.5, text/*;q=0.4', 'text/plain;q=0.1,text/*']) t.ok(prefersHtml(accept), accept)
  for (const accept of [undefined, '', '*/*', 'text/*', 'text/plain', 'text/plain,text/html', 'application/json', 'text/html;q=0', 'text/html;q=x', 'text/html;q=0.5,*/*']) {
    t.notOk(prefersHtml(accept), String(accept))
  }
})

t.test('the page of a caller says what its certificate says', async (t) => {
  const subjectAltName: GeneralNameText[] = [{ type: 'rfc822Name', value: 'a@example.com' }, { type: 'iPAddress', value: '2001:db8::1' }]
  const certificate = certificateOf({
    subject: [['organizationName', 'Example'], ['commonName', 'alice']],
    extensions: [{ type: extensionTypes.subjectAltName, critical: false, value: writeGeneralNames(subjectAltName) }]
  })
  const page = callerPage(certificate, undefined, at('2026-07-01'))
  const shown = page.replaceAll('<wbr>', '')
  for (const fact of ['<title>alice: client certificate</title>', '✓ The certificate is valid', 'CN=alice,O=Example', 'a@example.com', '2001:db8::1', certificate.serialNumber, certificate.fingerprint256]) {
    t.match(shown, fact)
  }
})

t.test('the time line is in the order of time, and its words fit', async (t) => {
  const cases: Array<[day: string, labels: string[], sentence: string, place: string]> = [
    ['2026-07-02', ['Not before', '○ Today', 'Not after'], 'It expires in 183 days.', 'cx="49.86%"'],
    ['2027-01-04', ['Not before', 'Not after', '○ Today'], 'It expired 3 days ago.', 'cx="100%"'],
    ['2023-01-01', ['○ Today', 'Not before', 'Not after'], 'It becomes valid in 3 years.', 'cx="0%"'],
    ['2026-12-31', ['Not before', '○ Today', 'Not after'], 'It expires in 24 hours.', 'cx="99.73%"']
  ]
  for (const [day, labels, sentence, place] of cases) {
    const page = callerPage(certificateOf(), undefined, at(day))
    t.strictSame([...page.matchAll(/<li class="\w+"><span>(.*?)<\/span>/g)].map((found) => found[1]), labels, day)
    t.match(page, sentence)
    t.match(page, place)
  }
  t.match(callerPage(certificateOf(), undefined, new Date(+notAfter - 90_000)), 'It expires in 90 seconds.')
  t.match(callerPage(certificateOf({ notBefore: notAfter, notAfter: notBefore }), undefined, at('2026-07-01')), /class="period" x1="100%" x2="100%"/)
})

t.test('a certificate without a name has a page', async (t) => {
  t.match(callerPage(certificateOf({ subject: [] }), undefined, notBefore), '<h1 class="long"><bdi>A caller without a name</bdi></h1>')
})

t.test('a hostile name is text everywhere, and turns no line around', async (t) => {
  const name = '</title><script>alert(1)</script>" onload="x\' \u202Eexe.gnp'
  const mail: GeneralNameText = { type: 'rfc822Name', value: '"<img src=x>"@example.com' }
  const certificate = certificateOf({ subject: name, extensions: [{ type: extensionTypes.subjectAltName, critical: false, value: writeGeneralNames([mail]) }] })
  const page = callerPage(certificate, undefined, notBefore)
  t.notMatch(page, /<script|<img|\u202E|" onload/)
  t.equal(page.match(/<\/title>/g)?.length, 1)
  t.match(page, '&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=&quot;x&#39; U+202Eexe.gnp')
  t.notMatch(callerText(certificate, true), /\u202E/)
})

t.test('the plain text has four lines', async (t) => {
  t.equal(callerText(certificateOf({ subject: 'alice' }), true),
    'Client cert received\nName: CN=alice\nValid dates: 2026-01-01T00:00:00.000Z to 2027-01-01T00:00:00.000Z\nThe certificate is valid\n')
  t.match(callerText(certificateOf(), false), /\nThe certificate is not current\n$/)
})

t.test('the style is the one that the policy permits, and nothing comes from elsewhere', async (t) => {
  for (const page of [callerPage(certificateOf(), undefined, notBefore), welcomePage({ pkcs12: undefined, command: undefined }, undefined)]) {
    const [, style = ''] = page.match(/<style>([^]*)<\/style>/) ?? []
    t.match(contentSecurityPolicy, `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`)
    t.notMatch(page, /<script|<link|<img|<iframe|\sstyle=|\son\w+=|src=|url\(|@import/)
  }
})

t.test('the page for a visitor without a certificate says how to get one', async (t) => {
  const page = welcomePage({ pkcs12: { file: 'certs/client.p12', password: 'password' }, command: 'curl --cert a.p12 https://localhost/' }, undefined)
  for (const text of ['No valid client certificate was sent', '<code>certs/client.p12</code>', '<code>password</code>', 'Firefox', 'Keychain Access', 'chrome://certificate-manager', 'Or with curl']) t.match(page, text)
  const other = welcomePage({ pkcs12: undefined, command: undefined }, 'The client certificate is not trusted')
  t.match(other, '✗ The client certificate is not trusted')
  t.match(other, 'your authority signed')
  t.notMatch(other, 'Or with curl')
})
