import type { Test } from 'tap'

/** Sees that what was begun is refused with an error that names the option and says what is wrong with it. */
export async function refusesOption (t: Pick<Test, 'match' | 'equal'>, begun: Promise<unknown>, key: string, problem: string | RegExp): Promise<void> {
  const error = await begun.then(() => ({ message: 'no error' }), (error) => error)
  t.match(error, { name: 'OptionError', code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION', key })
  if (problem instanceof RegExp) t.match(error.message, problem)
  else t.equal(error.message, `option '${key}' ${problem}`)
}
