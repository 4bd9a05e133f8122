import { html, Markup } from './html.js'
import { style } from './style.js'

/** A whole document. Nothing in it is loaded from elsewhere, and there is no script. */
export const page = (title: string, contents: Markup): string => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<main>
${contents}
<footer>More to ask: <a href="/whoami">/whoami</a> answers a valid certificate with JSON, <a href="/admin">/admin</a> one of the
unit <em>Operations</em>, <a href="/health">/health</a> anybody.</footer>
</main>
</body>
</html>
`.text
