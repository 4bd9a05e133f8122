import t from 'tap'
import { parts } from '../helpers/parts.js'
import { behave, setScene } from './behaviour.js'
import { nginx } from './programs.js'

t.test('nginx, as the guide has it', { skip: parts.missing('nginx') }, async (t) => {
  behave(t, await setScene(t, nginx), {
    // nginx knows the client's own certificate alone.
    exceptions: Object.fromEntries(['the intermediate', 'two intermediates'].map((what) => [`a certificate and ${what} above it`, { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' }])),
    trustworthy: true,
    passes: 6000,
    tooLarge: 12_000,
    whenTooLarge: 431
  })
})
