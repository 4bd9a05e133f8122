import t from 'tap'
import { parts } from '../helpers/parts.js'
import { behave, setScene } from './behaviour.js'
import { haproxy } from './programs.js'

t.test('HAProxy, as the guide has it', { skip: parts.missing('haproxy') }, async (t) => {
  behave(t, await setScene(t, haproxy), { trustworthy: true, passes: 11_000, tooLarge: 12_000, whenTooLarge: 431 })
})
