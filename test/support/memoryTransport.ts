import type { Connection, ToWindow } from '../../src/shared/api/messages'

/** A window's end of a connection within one process: what crosses it is copied as between processes. */
export interface MemoryWindow {
  send(message: unknown): void
  onMessage(listen: (message: ToWindow) => void): void
  close(): void
}

/** Both ends of a connection in memory. */
export function memoryPair(): { app: Connection; window: MemoryWindow } {
  const toApp = new Set<(message: unknown) => void>()
  const toWindow = new Set<(message: ToWindow) => void>()
  const closing = new Set<() => void>()
  const post = <T>(listeners: Set<(message: T) => void>, message: T) => {
    const copy = structuredClone(message)
    queueMicrotask(() => listeners.forEach((listen) => listen(copy)))
  }
  return {
    app: {
      send: (message) => post(toWindow, message),
      onMessage: (listen) => {
        toApp.add(listen)
      },
      onClose: (listen) => {
        closing.add(listen)
      },
    },
    window: {
      send: (message) => post(toApp, message),
      onMessage: (listen) => {
        toWindow.add(listen)
      },
      close: () => closing.forEach((listen) => listen()),
    },
  }
}
