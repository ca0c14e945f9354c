import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Log } from '../services/log'

const cookieName = 'hourglass-session'
const secret = () => randomBytes(32).toString('base64url')

const closedDoor = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Hourglass</title>
<h1>Hourglass</h1><p>This page opens only from the address that Hourglass printed when it was started, with its token.
Copy the whole address from there.</p></html>`

/**
 * Lets in the browsers of whoever started the app, and nobody else. The address carries a token, new with each launch,
 * that is exchanged for a cookie which scripts cannot read and other sites cannot send. A request must name this machine
 * as its host, since a foreign name that resolves to it (DNS rebinding) would make a foreign page ours; what changes
 * anything must come from our own page.
 */
export class Doorkeeper {
  readonly token = secret()
  private readonly session = secret()
  private hosts = new Set<string>()

  constructor(
    private readonly log: Log,
    private readonly devOrigin?: string,
  ) {}

  setPort(port: number): void {
    this.hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`])
  }

  /** Answers by itself what is not let in, and the exchange of the token. */
  admit(request: IncomingMessage, response: ServerResponse): boolean {
    const why = this.objection(request, request.method !== 'GET' && request.method !== 'HEAD')
    if (why !== null) {
      this.turnAway(request, response, why, 'This address is not served here.')
      return false
    }
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    const token = url.searchParams.get('token')
    if (url.pathname === '/' && token !== null && isSame(token, this.token)) {
      response.setHeader('Set-Cookie', `${cookieName}=${this.session}; HttpOnly; SameSite=Strict; Path=/`)
      response.writeHead(303, { Location: '/', 'Cache-Control': 'no-store' }).end()
      return false
    }
    if (this.hasSession(request)) return true
    this.turnAway(request, response, token === null ? 'no session' : 'wrong token')
    return false
  }

  /** A socket comes from our own page, or not at all. */
  admitSocket(request: IncomingMessage): boolean {
    const why = this.objection(request, true) ?? (this.hasSession(request) ? null : 'no session')
    if (why !== null) this.log.warn(`Refused a connection: ${why}.`)
    return why === null
  }

  private objection({ headers }: IncomingMessage, needsOrigin: boolean): string | null {
    const { host = '', origin } = headers
    const isDev = this.devOrigin !== undefined && origin === this.devOrigin
    if (!this.hosts.has(host)) return 'foreign host'
    if (origin === undefined) return needsOrigin ? 'no origin' : null
    if (!isDev && origin !== `http://${host}`) return 'foreign origin'
    return null
  }

  private hasSession({ headers }: IncomingMessage): boolean {
    const cookies = (headers.cookie ?? '').split(';').map((cookie) => cookie.trim())
    return cookies.some((cookie) => {
      const [name, value = ''] = cookie.split('=')
      return name === cookieName && isSame(value, this.session)
    })
  }

  private turnAway(request: IncomingMessage, response: ServerResponse, why: string, text?: string): void {
    const path = (request.url ?? '')
      .split('?')[0]!
      .replace(/[^\w/.-]+/g, '')
      .slice(0, 80)
    this.log.warn(`Refused ${request.method} ${path}: ${why}.`)
    const type = text === undefined ? 'text/html' : 'text/plain'
    response.writeHead(403, { 'Content-Type': `${type}; charset=utf-8`, Connection: 'close' })
    response.end(text ?? closedDoor)
  }
}

/** Takes the same time wherever they differ. */
function isSame(given: string, wanted: string): boolean {
  const a = Buffer.from(given)
  const b = Buffer.from(wanted)
  return a.length === b.length && timingSafeEqual(a, b)
}
