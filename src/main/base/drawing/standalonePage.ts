import { html, Markup } from './html'

interface PageOptions {
  readonly title: string
  /** CSS of the whole page. */
  readonly style: string
  readonly language?: string
}

/**
 * HTML of a page that needs nothing else: its pictures are embedded, and a policy forbids the browser to load anything or to
 * run a script.
 *
 * @param content of its main part
 */
export function standalonePage({ title, style, language = 'en' }: PageOptions, content: Markup): string {
  const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Hourglass</title>
        <style>
          ${new Markup(style)}
        </style>
      </head>
      <body>
        <main>${content}</main>
      </body>
    </html>`.text
}
