import type { ServerResponse } from 'node:http'
import { parsePicturePath } from '../../shared/api/library'
import { ExpectedError } from '../../shared/errors'
import { sentence } from '../../shared/texts/sentence'
import type { App } from '../app/createApp'

/** /pictures/datasets/ID/ROW.png */
export async function servePicture(app: App, pathname: string, response: ServerResponse): Promise<void> {
  const named = parsePicturePath(pathname)
  try {
    if (!named) throw new ExpectedError('not-found', sentence('served.noSuchPicture'))
    const png = await app.picture(named.dataset, named.row)
    response.writeHead(200, { 'Content-Type': 'image/png', 'Cache-Control': 'no-cache' }).end(png)
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error
    app.log.warn(`Refused a picture: ${named ? error.message : 'no id'}`)
    response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('There is no such picture.')
  }
}
