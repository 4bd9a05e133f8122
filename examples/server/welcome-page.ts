import { html, type Markup } from './html.js'
import { page } from './page.js'

/** What somebody without a certificate can do to get in. */
export interface Welcome {
  /** The file to import, and what opens it; `undefined` where the owner's own authority signs the clients. */
  readonly pkcs12: { readonly file: string, readonly password: string } | undefined
  /** A command that presents a certificate, where one is asked for. */
  readonly command: string | undefined
}

/** What a browser without a valid certificate is shown: how to get one. `problem` says what was wrong with the one that it sent, if any. */
export const welcomePage = ({ pkcs12, command }: Welcome, problem: string | undefined): string =>
  page('No valid client certificate was sent', html`
<p class="status${problem === undefined ? '' : ' bad'}">${problem === undefined ? 'Not identified' : `✗ ${problem}`}</p>
<h1>No valid client certificate was sent</h1>
<p class="faint">This page is open to everybody. With a certificate, it says who you are.</p>
<h2>Show one with this browser</h2>
<ol class="steps">
<li>${pkcs12 === undefined ? fileOfYourAuthority : html`Take <code>${pkcs12.file}</code>, which lies in the folder that the server was started in. Its password is <code>${pkcs12.password}</code>.`}</li>
<li>Import it:
<dl>
<dt>Chrome, Edge<br>on Windows</dt><dd>Double-click the file. Store location: <em>Current User</em>; let Windows choose the store.</dd>
<dt>Chrome, Safari<br>on macOS</dt><dd>Double-click the file: Keychain Access puts it into the keychain <em>login</em>. If the right password is called wrong there, this macOS is too old for the file.</dd>
<dt>Chrome<br>on Linux</dt><dd>Open <code>chrome://certificate-manager</code>, <em>Your certificates</em>, and import the file there.</dd>
<dt>Firefox<br>everywhere</dt><dd>Settings, <em>Privacy &amp; Security</em>, Certificates: <em>View Certificates…</em>, <em>Your Certificates</em>, <em>Import…</em></dd>
</dl></li>
<li>Close all windows of the browser, for it remembers that it had no certificate to show. Then open this page again, and choose the certificate.</li>
</ol>
${curlSection(command)}`)

const fileOfYourAuthority: Markup = html`Take the <code>.p12</code> file of a client whose certificate your authority signed:
<code>openssl pkcs12 -export -inkey client.key -in client.cer -out client.p12</code> makes one.`

const curlSection = (command = ''): Markup | string => command && html`
<h2>Or with curl</h2>
<pre><code>${inWords(command)}</code></pre>`

// A line may end between two words only, not at the hyphen of an option.
const inWords = (command: string): Markup[] => command.split(' ').map((word) => html`<span class="word">${word}</span> `)
