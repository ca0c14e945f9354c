import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import sirv from 'sirv'
import { WebSocketServer } from 'ws'
import { securityHeaders } from '../app/contentSecurityPolicy'
import type { App } from '../app/createApp'
import { Dispatcher } from '../app/dispatcher'
import { ExpectedError } from '../../shared/errors'
import { sentence } from '../../shared/texts/sentence'
import { Doorkeeper, urlOf } from './doorkeeper'
import { serveDownload, servePicture } from './downloads'
import { Lobby } from './lobby'
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
  /** There is another `ticketAddress`: the one before was used. */
  readonly onNewTicket?: () => void
}

export interface ServedApp {
  /** With the token that lets a browser in. */
  readonly address: string
  /** Lets one browser in, once. */
  ticketAddress(): string
  close(): Promise<void>
}

/** The largest message that a page has reason to send: a code, a list of rows. */
const largestMessage = 16 << 20
/** Of those that were let in; strangers have a limit of their own. */
const mostConnections = 600

/** Serves the app to browsers of this machine. @throws ExpectedError `bad-usage` when the port is taken */
export async function serveApp(app: App, options: ServerOptions): Promise<ServedApp> {
  const { port, page, devOrigin, onNewTicket } = options
  const dispatcher = new Dispatcher(app)
  const uploads = new Uploads(app)
  const files = sirv(page, { etag: true, single: true, setHeaders: noCacheForPage })
  const doorkeeper = new Doorkeeper(app.log, devOrigin, onNewTicket)
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: largestMessage,
    perMessageDeflate: false,
  })
  const server = createServer(timeouts, (request, response) => {
    inBackground(answer(request, response).catch((error: unknown) => fail(response, error)))
  })
  server.maxConnections = mostConnections
  const lobby = new Lobby(server)

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
    const url = urlOf(request)
    if (url === null) {
      app.log.warn(`Refused ${request.method}: no address.`)
      return refuse(response.setHeader('Connection', 'close'), 400, 'That is no address of Hourglass.')
    }
    if (!doorkeeper.admit(request, response)) return
    lobby.leave(request.socket)
    const { pathname } = url
    if (pathname === '/uploads') return uploads.take(request, response)
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'Not allowed.')
    if (pathname.startsWith('/pictures/')) return servePicture(app, pathname, response)
    if (pathname.startsWith('/downloads/')) return serveDownload(app, pathname, response)
    // No file of the page is asked for in parts, and odd ranges would end in a bug.
    delete request.headers.range
    files(request, response, () => refuse(response, 404, 'There is no such page.'))
  }

  function fail(response: ServerResponse, error: unknown): void {
    app.log.error('An answer failed.', error)
    if (!response.headersSent) refuse(response, 500, 'Something went wrong in Hourglass.')
    else response.destroy()
  }

  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    // Without a listener, one that goes meanwhile would end the app.
    socket.on('error', () => socket.destroy())
    if (!doorkeeper.admitSocket(request))
      return socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
    lobby.leave(socket)
    sockets.handleUpgrade(request, socket, head, (ws) => dispatcher.connect(webSocketConnection(ws, app.log)))
  })

  await listen(server, port)
  const { port: taken } = server.address() as AddressInfo
  doorkeeper.setPort(taken)
  const origin = `http://127.0.0.1:${taken}`
  return {
    address: `${origin}/?token=${doorkeeper.token}`,
    ticketAddress: () => `${origin}/?ticket=${doorkeeper.ticket}`,
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

/** The lobby is stricter with those who are not in yet. */
const timeouts = { headersTimeout: 10_000, requestTimeout: 600_000, connectionsCheckingInterval: 2_000 }

async function listen(server: Server, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', () => resolve())
    })
  } catch (error) {
    const why = whyNotListening[(error as NodeJS.ErrnoException).code ?? '']
    if (!why) throw error
    throw new ExpectedError('bad-usage', sentence('served.takesAnyPortFree', { why: why(port) }), {
      cause: error,
    })
  }
}

const whyNotListening: Record<string, (port: number) => string> = {
  EADDRINUSE: (port) =>
    `Port ${port} is in use by another program. Close that one, or choose another port with --port.`,
  EACCES: (port) =>
    `The system does not let you listen on port ${port}. Choose one of 1024 or more with --port.`,
  EADDRNOTAVAIL: () => 'This machine has no address 127.0.0.1 to listen on. Check its network settings.',
}

/** Built files carry a hash of what is in them in their names; the page names them and must be asked for each time. */
function noCacheForPage(response: ServerResponse, path: string): void {
  const isHashed = path.startsWith('/assets/')
  response.setHeader('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
}
