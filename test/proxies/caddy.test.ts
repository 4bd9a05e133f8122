import t from 'tap'
import { parts } from '../helpers/parts.js'
import { behave, setScene } from './behaviour.js'
import { caddy } from './programs.js'

t.test('Caddy, as the guide has it', { skip: parts.missing('caddy') }, async (t) => {
  behave(t, await setScene(t, caddy), {
    // Caddy tells of the client's own certificate alone.
    exceptions: Object.fromEntries(['the intermediate', 'two intermediates'].map((what) => [`a certificate and ${what} above it`, { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' }])),
    passes: 6000,
    tooLarge: 12_000,
    whenTooLarge: 431
  })
})
