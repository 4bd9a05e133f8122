import t from 'tap'
import { parts } from '../helpers/parts.js'
import { behave, setScene, verdictsOf } from './behaviour.js'
import { apache } from './programs.js'

t.test('Apache, as the guide has it', { skip: parts.missing('apache2') }, async (t) => {
  const scene = await setScene(t, apache)
  // Apache itself ends the handshake with these, whatever it is told (mod_ssl, ssl_callback_SSLVerify).
  const exceptions = {
    'an expired certificate': { alert: 'CERTIFICATE_EXPIRED' },
    'a certificate that is not yet valid': { alert: 'BAD_CERTIFICATE' },
    'a certificate for servers': { alert: 'UNSUPPORTED_CERTIFICATE' }
  }
  t.test('its own verdict is none, as the guide warns: who is a stranger is let pass, and then it says SUCCESS of their resumed session', async (t) => {
    const strangers = ['a certificate by an authority of the same name', 'a certificate signed by itself, of the same name']
    t.strictSame(await verdictsOf(scene, { http: '1.1', tls: 'TLSv1.2', resumed: false }, strangers), ['GENEROUS', 'GENEROUS'])
    t.strictSame(await verdictsOf(scene, { http: '1.1', tls: 'TLSv1.2', resumed: true }, strangers), ['SUCCESS', 'SUCCESS'])
  })
  behave(t, scene, { exceptions, passes: 6000, tooLarge: 12_000, whenTooLarge: 431 })
})
