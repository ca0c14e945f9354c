import type { WebSocket } from 'ws'
import type { Connection } from '../../shared/api/messages'
import { decodeRequest, encodeMessage } from '../../shared/api/wire'
import type { Log } from '../base/log'

/** Bytes waiting to be sent beyond which a window counts as behind. */
const behindBytes = 1 << 20

/** A browser's socket as a connection: one message a binary frame. */
export function webSocketConnection(socket: WebSocket, log: Log): Connection {
  socket.on('error', (error) => log.warn(`A connection was closed: ${error.message}`))
  return {
    send: (message) => {
      if (socket.readyState === socket.OPEN) socket.send(encodeMessage(message))
    },
    isBehind: () => socket.bufferedAmount > behindBytes,
    onMessage: (listen) =>
      socket.on('message', (data, isBinary) => {
        let message: unknown
        try {
          if (!isBinary) throw new Error('It is text.')
          message = decodeRequest(data as Buffer)
        } catch (error) {
          log.warn(`Refused a message that cannot be read: ${(error as Error).message}`)
          socket.close(1003)
          return
        }
        listen(message)
      }),
    onClose: (listen) => socket.on('close', listen),
  }
}
