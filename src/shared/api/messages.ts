import { z } from 'zod'
import type { ErrorMessage } from '../errors'

/** What crosses a transport. Typed arrays travel as they are: structured clone in Electron, MessagePack on a socket. */
export const requestSchema = z.strictObject({
  kind: z.literal('request'),
  /** Counts up in each connection. */
  id: z.number().int().min(0),
  command: z.string().max(60),
  params: z.unknown(),
})
export type Request = z.infer<typeof requestSchema>

export type Reply =
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: ErrorMessage }

export interface EventMessage {
  readonly kind: 'event'
  readonly event: string
  readonly payload: unknown
}

export type ToWindow = Reply | EventMessage

/** One window's connection, seen from the app: what to send, what comes, and its end. */
export interface Connection {
  send(message: ToWindow): void
  /** Whether more has been sent than was taken; absent where that cannot be told. */
  isBehind?(): boolean
  /** Whatever the other side sent, not yet checked. */
  onMessage(listen: (message: unknown) => void): void
  onClose(listen: () => void): void
}
