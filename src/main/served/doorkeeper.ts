import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Log } from '../base/log'
import { closedDoor, foreignHost, foreignPage, opening } from './doorPages'

const secret = () => randomBytes(32).toString('base64url')

/** The names of this machine for itself, and a port: that of a tunnel or a proxy may be another than ours. */
const loopback = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?$/i
const usualPort = '80'

interface Objection {
  /** For the log. */
  readonly why: string
  /** For whoever asked: what is wrong and what to do. */
  readonly text: string
}

/**
 * Lets in the browsers of whoever started the app, and nobody else. The address carries a token, new with each launch,
 * that is exchanged for a cookie which scripts cannot read and other sites cannot send. A request must name this machine
 * as its host, since a foreign name that resolves to it (DNS rebinding) would make a foreign page ours; what changes
 * anything must come from our own page. Cookies know no ports, so the port that the browser sees is in their names.
 */
export class Doorkeeper {
  readonly token = secret()
  private readonly session = secret()
  private currentTicket = secret()
  private port = 0

  constructor(
    private readonly log: Log,
    private readonly devOrigin?: string,
    /** The ticket was used, and there is another one. */
    private readonly onNewTicket: () => void = () => undefined,
  ) {}

  setPort(port: number): void {
    this.port = port
  }

  /** Lets one browser in, once, where the token would be seen by others on its way. */
  get ticket(): string {
    return this.currentTicket
  }

  /** Answers by itself what is not let in, and the exchange of the token. */
  admit(request: IncomingMessage, response: ServerResponse): boolean {
    const objection = this.objection(request, request.method !== 'GET' && request.method !== 'HEAD')
    if (objection !== null) {
      this.turnAway(request, response, objection.why, objection.text)
      return false
    }
    if (this.exchange(request, response)) return false
    if (this.hasSession(request)) return true
    const hasToken = urlOf(request)?.searchParams.has('token') ?? false
    this.turnAway(request, response, hasToken ? 'wrong token' : 'no session')
    return false
  }

  /** A socket comes from our own page, or not at all. */
  admitSocket(request: IncomingMessage): boolean {
    const why = this.objection(request, true)?.why ?? (this.hasSession(request) ? null : 'no session')
    if (why !== null) this.log.warn(`Refused a connection: ${why}.`)
    return why === null
  }

  /** Of a token, or of the ticket, for a cookie. False where there is none, or a wrong one. */
  private exchange(request: IncomingMessage, response: ServerResponse): boolean {
    const url = urlOf(request)
    if (url?.pathname !== '/' || request.method !== 'GET') return false
    const ticket = url.searchParams.get('ticket')
    const hasTicket = ticket !== null && isSame(ticket, this.currentTicket)
    const token = url.searchParams.get('token')
    if (!hasTicket && !(token !== null && isSame(token, this.token))) return false
    if (hasTicket) {
      this.currentTicket = secret()
      this.onNewTicket()
    }
    const cookie = `${cookieName(request)}=${this.session}; HttpOnly; SameSite=Strict; Path=/`
    response.setHeader('Set-Cookie', cookie)
    response.setHeader('Cache-Control', 'no-store')
    // From another page, such as a terminal in a browser, a redirect would be its step still, and come without the cookie.
    const from = request.headers['sec-fetch-site'] ?? 'none'
    if (from === 'none' || from === 'same-origin') response.writeHead(303, { Location: '/' }).end()
    else response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(opening)
    return true
  }

  private objection({ headers }: IncomingMessage, needsOrigin: boolean): Objection | null {
    const { host = '', origin } = headers
    const isDev = this.devOrigin !== undefined && origin === this.devOrigin
    if (!loopback.test(host)) return { why: 'foreign host', text: foreignHost(this.port) }
    if (origin === undefined) return needsOrigin ? { why: 'no origin', text: foreignPage } : null
    const isOurs = [`http://${host}`, `https://${host}`].includes(origin)
    return isDev || isOurs ? null : { why: 'foreign origin', text: foreignPage }
  }

  private hasSession(request: IncomingMessage): boolean {
    const wanted = cookieName(request)
    const cookies = (request.headers.cookie ?? '').split(';').map((cookie) => cookie.trim())
    return cookies.some((cookie) => {
      const [name, value = ''] = cookie.split('=')
      return name === wanted && isSame(value, this.session)
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
    response.end(text === undefined ? closedDoor : `${text}\n`)
  }
}

function cookieName({ headers }: IncomingMessage): string {
  const [, port = usualPort] = loopback.exec(headers.host ?? '') ?? []
  return `hourglass-session-${port}`
}

/** Takes the same time wherever they differ. */
function isSame(given: string, wanted: string): boolean {
  const a = Buffer.from(given)
  const b = Buffer.from(wanted)
  return a.length === b.length && timingSafeEqual(a, b)
}

/** One slash, then what a path and its query may be made of. Node.js lets through what no browser sends, such as `//[`. */
const pathPattern = /^\/(?!\/)[\w.~!$&'()*+,;=:@/?%-]*$/

/** Where a request leads; null for what is no path. */
export function urlOf({ url = '/' }: IncomingMessage): URL | null {
  if (!pathPattern.test(url)) return null
  try {
    decodeURIComponent(url)
    return new URL(url, 'http://127.0.0.1')
  } catch {
    return null // A % that stands for no sign.
  }
}
