import type { Client } from '../../shared/api/client'
import type { Reply, Request, ToWindow } from '../../shared/api/messages'
import { decodeMessage, encodeMessage } from '../../shared/api/wire'
import { sentence } from '../../shared/texts/sentence'
import { errorOf, inPageLanguage } from './errorOf'
import type { EventName, Events } from '../../shared/api/events'

interface Pending {
  readonly resolve: (result: never) => void
  readonly reject: (error: Error) => void
}

const firstRetryMs = 250
const longestRetryMs = 5000

export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError'
}

/**
 * The app behind a socket. A lost connection rejects what waits for an answer and is mended by itself, ever more slowly;
 * what is asked meanwhile waits for it.
 */
export class WebSocketClient implements Client {
  private readonly listeners = new Listeners()
  private readonly connectionListeners = new Set<(connected: boolean) => void>()
  private readonly pending = new Map<number, Pending>()
  private unsent: Request[] = []
  private socket!: WebSocket
  private isOpen = false
  private isClosed = false
  private retryMs = firstRetryMs
  private nextId = 0

  /** @param connect opens a socket, in a browser `new WebSocket(url)` */
  constructor(private readonly connect: () => WebSocket) {
    this.open()
  }

  invoke: Client['invoke'] = (command, ...[params]) =>
    new Promise((resolve, reject) => {
      const request: Request = { kind: 'request', id: this.nextId++, command, params: params ?? {} }
      this.pending.set(request.id, { resolve: resolve as Pending['resolve'], reject })
      if (this.isOpen) this.send(request)
      else this.unsent.push(request)
    })

  on: Client['on'] = (event, listen) => this.listeners.on(event, listen)

  onConnection(listen: (connected: boolean) => void): () => void {
    this.connectionListeners.add(listen)
    return () => {
      this.connectionListeners.delete(listen)
    }
  }

  close(): void {
    this.isClosed = true
    this.socket.close()
  }

  private open(): void {
    this.socket = this.connect()
    this.socket.binaryType = 'arraybuffer'
    this.socket.onopen = () => this.opened()
    this.socket.onmessage = ({ data }) => this.receive(data as ArrayBuffer)
    this.socket.onclose = () => this.lost()
  }

  private opened(): void {
    this.isOpen = true
    this.retryMs = firstRetryMs
    for (const request of this.unsent) this.send(request)
    this.unsent = []
    this.tell(true)
  }

  private lost(): void {
    const wasOpen = this.isOpen
    this.isOpen = false
    const error = new ConnectionLostError(inPageLanguage(sentence('served.connectionLostBefore')))
    const waiting = new Set(this.unsent.map(({ id }) => id))
    for (const [id, { reject }] of [...this.pending]) {
      if (waiting.has(id)) continue
      this.pending.delete(id)
      reject(error)
    }
    if (wasOpen) this.tell(false)
    if (this.isClosed) return
    setTimeout(() => this.open(), this.retryMs)
    this.retryMs = Math.min(longestRetryMs, 2 * this.retryMs)
  }

  private tell(connected: boolean): void {
    for (const listen of this.connectionListeners) listen(connected)
  }

  private send(request: Request): void {
    this.socket.send(encodeMessage(request))
  }

  private receive(data: ArrayBuffer): void {
    const message = decodeMessage(new Uint8Array(data)) as ToWindow
    if (message.kind === 'event') this.listeners.emit(message.event, message.payload)
    else this.settle(message)
  }

  private settle(reply: Reply): void {
    const waiting = this.pending.get(reply.id)
    this.pending.delete(reply.id)
    if (reply.kind === 'result') waiting?.resolve(reply.result as never)
    else waiting?.reject(errorOf(reply.error))
  }
}

/** Who listens to which event. */
class Listeners {
  private readonly byEvent = new Map<string, Set<(payload: never) => void>>()

  on<E extends EventName>(event: E, listen: (payload: Events[E]) => void): () => void {
    const listeners = this.byEvent.get(event) ?? new Set()
    this.byEvent.set(event, listeners.add(listen as (payload: never) => void))
    return () => {
      listeners.delete(listen as (payload: never) => void)
    }
  }

  emit(event: string, payload: unknown): void {
    for (const listen of this.byEvent.get(event) ?? []) listen(payload as never)
  }
}
