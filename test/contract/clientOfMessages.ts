import type { EventName } from '../../src/shared/api/events'
import type { Reply, ToWindow } from '../../src/shared/api/messages'
import { fromErrorMessage } from '../../src/shared/errors'
import type { ContractClient } from './contractChecks'

export interface MessageWindow {
  send(message: unknown): void
  onMessage(listen: (message: ToWindow) => void): void
}

/** A client over anything that carries messages. */
export function clientOfMessages(window: MessageWindow): ContractClient {
  const events: { event: EventName; payload: unknown }[] = []
  const waiting = new Map<number, (reply: Reply) => void>()
  let nextId = 0
  window.onMessage((message) => {
    if (message.kind === 'event') events.push({ event: message.event as EventName, payload: message.payload })
    else waiting.get(message.id)?.(message)
  })
  const invokeAnything = async (command: string, params: unknown): Promise<unknown> => {
    const id = nextId++
    const reply = await new Promise<Reply>((resolve) => {
      waiting.set(id, resolve)
      window.send({ kind: 'request', id, command, params })
    })
    if (reply.kind === 'result') return reply.result
    throw fromErrorMessage(reply.error)
  }
  return { invokeAnything, invoke: invokeAnything as ContractClient['invoke'], events: async () => events }
}
