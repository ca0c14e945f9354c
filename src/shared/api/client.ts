import type { CommandName, Params, Results } from './commands'
import type { EventName, Events } from './events'

/** A window's end of the app, whatever carries it. */
export interface Client {
  /** @throws ExpectedError with a sentence for the person; Error when the connection was lost before an answer */
  invoke<C extends CommandName>(
    command: C,
    ...params: Record<string, never> extends Params<C> ? [Params<C>?] : [Params<C>]
  ): Promise<Results[C]>
  /** Returns the function that stops listening. */
  on<E extends EventName>(event: E, listen: (payload: Events[E]) => void): () => void
  /** `false` while the connection is down; it is mended by itself, and states have to be asked for again. */
  onConnection(listen: (connected: boolean) => void): () => void
}
