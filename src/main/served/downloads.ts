import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { App } from '../app/createApp'
import { parsePicturePath } from '../../shared/api/library'
import { ExpectedError } from '../../shared/errors'
import { sentence } from '../../shared/texts/sentence'

const pathPattern = /^\/downloads\/([A-Za-z0-9_-]{24})$/

/** GET /downloads/TICKET gives a file that `denoise.download` has made ready, to be saved by the browser. */
export async function serveDownload(app: App, pathname: string, response: ServerResponse): Promise<void> {
  const [, ticket = ''] = pathPattern.exec(pathname) ?? []
  const download = app.denoising.downloads.find(ticket)
  if (!download) {
    app.log.warn('Refused a download: there is no such ticket.')
    response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' })
    response.end('There is no such download any more. Ask for it again in Hourglass.')
    return
  }
  const { name, type, bytes, pieces } = download
  response.writeHead(200, {
    'Content-Type': type,
    'Content-Disposition': attachment(name),
    'Cache-Control': 'no-store',
    ...(bytes === null ? {} : { 'Content-Length': bytes }),
  })
  try {
    await pipeline(Readable.from(pieces()), response)
  } catch (error) {
    // The browser was closed, or the person has stopped it.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  }
}

/** RFC 6266: the name in ASCII for old readers, and as it is. */
function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}

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
