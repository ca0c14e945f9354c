/** What whoever is not let in, or only just, is told. */

const page = (head: string, body: string) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>Hourglass</title>${head}\n<h1>Hourglass</h1>${body}</html>`

export const closedDoor = page(
  '',
  `<p>This page opens only from the address that Hourglass printed when it was started, with its token.
Copy the whole address from there; <code>hourglass serve</code>, typed once more on the same machine, prints it again.</p>`,
)

/** Goes on to the page, as a step of our own. */
export const opening = page(
  '<meta http-equiv="refresh" content="0;url=/">',
  '<p><a href="/">Open Hourglass</a></p>',
)

export const foreignHost = (port: number): string =>
  `Hourglass answers under the names localhost, 127.0.0.1 and [::1] only, so that no foreign page can reach it under another name. On the machine that it runs on, open http://127.0.0.1:${port}. From another one, type ssh -L ${port}:127.0.0.1:${port} MACHINE there and open http://127.0.0.1:${port}. A proxy on the same machine has to pass on the browser's Host.`

export const foreignPage =
  'Hourglass takes this only from its own page. Open the address that it printed when it was started, and do it there. A proxy has to pass on the browser’s Host and Origin as they are.'
