import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import sirv from 'sirv'
import { WebSocketServer } from 'ws'
import { securityHeaders } from '../app/contentSecurityPolicy'
import type { App } from '../app/createApp'
import { Dispatcher } from './dispatcher'
import { Doorkeeper } from './doorkeeper'
import { serveDownload } from './downloads'
import { servePicture } from './pictures'
import { Uploads } from './uploads'
import { webSocketConnection } from './webSocketTransport'
import { inBackground } from '../../shared/inBackground'

export interface ServerOptions {
  /** 0 takes any that is free. */
  readonly port: number
  /** Folder of the built page. */
  readonly page: string
  /** Where a development server has the page; its origin may then connect as well. */
  readonly devOrigin?: string
}

export interface ServedApp {
  /** With the token that lets a browser in. */
  readonly address: string
  close(): Promise<void>
}

/** The largest message that a page has reason to send: a code, a list of rows. */
const largestMessage = 16 << 20
const mostConnections = 200

/** Serves the app to browsers of this machine. @throws ExpectedError `bad-usage` when the port is taken */
export async function serveApp(app: App, { port, page, devOrigin }: ServerOptions): Promise<ServedApp> {
  const dispatcher = new Dispatcher(app)
  const uploads = new Uploads(app)
  const files = sirv(page, { etag: true, single: true, setHeaders: noCacheForPage })
  const doorkeeper = new Doorkeeper(app.log, devOrigin)
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: largestMessage,
    perMessageDeflate: false,
  })
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 600_000 }, (request, response) => {
    inBackground(answer(request, response).catch((error: unknown) => fail(response, error)))
  })
  server.maxConnections = mostConnections

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
    if (!doorkeeper.admit(request, response)) return
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1')
    if (pathname === '/uploads') return uploads.take(request, response)
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'Not allowed.')
    if (pathname.startsWith('/pictures/')) return servePicture(app, pathname, response)
    if (pathname.startsWith('/downloads/')) return serveDownload(app, pathname, response)
    files(request, response, () => refuse(response, 404, 'There is no such page.'))
  }

  function fail(response: ServerResponse, error: unknown): void {
    app.log.error('An answer failed.', error)
    if (!response.headersSent) refuse(response, 500, 'Something went wrong in Hourglass.')
    else response.destroy()
  }

  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    if (!doorkeeper.admitSocket(request))
      return socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
    sockets.handleUpgrade(request, socket, head, (ws) => dispatcher.connect(webSocketConnection(ws, app.log)))
  })

  await listen(server, port)
  const { port: taken } = server.address() as AddressInfo
  doorkeeper.setPort(taken)
  return {
    address: `http://127.0.0.1:${taken}/?token=${doorkeeper.token}`,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate()
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

export function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(text)
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve())
  })
}

/** Built files carry a hash of what is in them in their names; the page names them and must be asked for each time. */
function noCacheForPage(response: ServerResponse, path: string): void {
  const isHashed = path.startsWith('/assets/')
  response.setHeader('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
}
