import type { FastifyInstance } from 'fastify'

/** By this name the guard's first hook is found among those of a route. */
const guardName = 'clientCertificateGuard'

/** Gives the first hook of the guard the name that it is found by. */
export const nameGuard = <Hook extends object>(hook: Hook): Hook => Object.defineProperty(hook, 'name', { value: guardName })

/**
 * Once the application is ready, warns where the plugin is registered in a scope of its own and guards no route, or where `global` is
 * true and other routes are outside of that scope: an autoload file without fastify-plugin makes such a scope.
 */
export function warnAboutScope (app: FastifyInstance, global: boolean): void {
  if (isRoot(app)) return
  app.addHook('onReady', async () => {
    const { guarded, others } = readRoutes(app)
    if (guarded === 0) app.log.warn({ scope: scopeOf(app) }, `no route is behind the guard: ${problemOf(app)}`)
    else if (global && others.length > 0) app.log.warn({ scope: scopeOf(app), routes: others.length }, `${listed(others)} not behind the guard: ${problemOf(app)}`)
  })
}

/** The scope of an application is what its own scopes are made from. */
const isRoot = (app: FastifyInstance): boolean => Object.getPrototypeOf(app) === Object.prototype

/** Fastify lists the routes of all scopes with the names of their hooks, also those from before the plugin. */
function readRoutes (app: FastifyInstance): { readonly guarded: number, readonly others: readonly string[] } {
  const routes: Array<{ readonly name: string, isGuarded: boolean }> = []
  for (const line of app.printRoutes({ includeHooks: true, commonPrefix: false }).split('\n')) {
    const text = line.replace(/^[\s│├└─]+/, '')
    if (text.startsWith('• (')) routes[routes.length - 1].isGuarded ||= text.includes(`"${guardName}()"`)
    else if (text !== '') routes.push({ name: text.replace(/^(?=[^/*])/, '/'), isGuarded: false })
  }
  const others = routes.filter(({ isGuarded }) => !isGuarded).map(({ name }) => name)
  return { guarded: routes.length - others.length, others }
}

// Enough to see which they are.
const mostShown = 5

function listed (routes: readonly string[]): string {
  const shown = routes.slice(0, mostShown).join(', ')
  const more = routes.length > mostShown ? ` and ${routes.length - mostShown} more` : ''
  return `${routes.length === 1 ? 'the route' : 'the routes'} ${shown}${more} ${routes.length === 1 ? 'is' : 'are'}`
}

/** A function without a name has the beginning of its text for one. */
const scopeOf = ({ pluginName }: FastifyInstance): string => pluginName.split(' -> ')[0].split('\n')[0].slice(0, 80)

const problemOf = (app: FastifyInstance): string =>
  `fastify-client-certificate is registered in the scope '${scopeOf(app)}'${app.prefix === '' ? '' : ` (prefix '${app.prefix}')`} and guards that scope alone. ` +
  'Wrap the function that registers it in fastify-plugin, or register it in the scope of the routes; the option warnAboutScope: false turns this warning off'
