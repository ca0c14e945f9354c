import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { app as electron, protocol, type Session } from 'electron'
import { securityHeaders } from '../app/contentSecurityPolicy'
import type { App } from '../app/createApp'
import { ExpectedError } from '../../shared/errors'
import { parsePicturePath } from '../../shared/api/library'

/** Where the page comes from: an origin of its own, that nothing else has. */
const ownOrigin = 'app://hourglass'

/** While it is developed the page comes from a server that reloads it. */
const { ELECTRON_RENDERER_URL } = process.env
export const pageOrigin =
  !electron.isPackaged && ELECTRON_RENDERER_URL ? new URL(ELECTRON_RENDERER_URL).origin : ownOrigin

/** Node knows no origin of app: addresses ("null", as of data: and file:), so they are told apart by how they begin. */
export const isOurPage = (url: string): boolean => url.startsWith(`${pageOrigin}/`)

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
}

/** Before the app is ready. */
export function registerPageProtocol(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/** Serves the built page and pictures by their ids, and nothing else. */
export function handlePageProtocol(session: Session, page: string, app: App): void {
  session.protocol.handle('app', async (request) => {
    const { host, pathname } = new URL(request.url)
    if (host !== 'hourglass' || request.method !== 'GET') return missing()
    if (pathname.startsWith('/pictures/')) return picture(app, pathname)
    return file(page, pathname)
  })
}

async function file(page: string, pathname: string): Promise<Response> {
  try {
    const path = join(page, normalize(decodeURIComponent(pathname === '/' ? '/index.html' : pathname)))
    const type = types[extname(path)]
    if (!path.startsWith(page + sep) || !type) return missing()
    const content = await readFile(path)
    return new Response(new Uint8Array(content), { headers: { ...securityHeaders, 'Content-Type': type } })
  } catch {
    return missing() // Not there, or no address that can be decoded.
  }
}

async function picture(app: App, pathname: string): Promise<Response> {
  const named = parsePicturePath(pathname)
  if (!named) {
    app.log.warn('Refused a picture: no id')
    return missing()
  }
  try {
    const png = await app.picture(named.dataset, named.row)
    return new Response(new Uint8Array(png), { headers: { ...securityHeaders, 'Content-Type': 'image/png' } })
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error
    app.log.warn(`Refused a picture: ${error.message}`)
    return missing()
  }
}

const missing = () => new Response('There is no such page.', { status: 404, headers: securityHeaders })
