import type { Server } from 'node:http'
import type { Socket } from 'node:net'

export interface LobbyLimits {
  /** Connections that may wait at once; the one that has waited longest makes room for a new one. */
  readonly most: number
  /** How long a connection may take until a request of it is let in. */
  readonly longestMs: number
}

const limits: LobbyLimits = { most: 64, longestMs: 5_000 }

/**
 * Connections of which it is not known yet whether anybody lets them in. However many there are, and however slowly they
 * speak, they keep nobody out: who is let in has asked within milliseconds, and is not counted any more.
 */
export class Lobby {
  private readonly waiting = new Map<Socket, NodeJS.Timeout>()

  constructor(
    server: Server,
    private readonly allowed = limits,
  ) {
    server.on('connection', (socket: Socket) => this.enter(socket))
  }

  /** A request of it was let in. */
  leave(socket: Socket): void {
    clearTimeout(this.waiting.get(socket))
    this.waiting.delete(socket)
  }

  private enter(socket: Socket): void {
    const timer = setTimeout(() => socket.destroy(), this.allowed.longestMs)
    this.waiting.set(socket, timer.unref())
    socket.once('close', () => this.leave(socket))
    const [longest] = this.waiting.keys()
    if (this.waiting.size <= this.allowed.most || !longest) return
    this.leave(longest)
    longest.destroy()
  }
}
