import type { EventName, Events } from '../../shared/api/events'

type Listen<E extends EventName> = (payload: Events[E]) => void
type Forward = (event: EventName, payload: unknown) => void

/** What the services tell: each window's transport forwards all of it, other services listen to single events. */
export class EventBus {
  private readonly listeners = new Map<EventName, Set<(payload: never) => void>>()
  private readonly forwards = new Set<Forward>()

  emit<E extends EventName>(event: E, payload: Events[E]): void {
    for (const listen of this.listeners.get(event) ?? []) listen(payload as never)
    for (const forward of this.forwards) forward(event, payload)
  }

  /** Returns the function that stops listening. */
  on<E extends EventName>(event: E, listen: Listen<E>): () => void {
    const listeners = this.listeners.get(event) ?? new Set()
    this.listeners.set(event, listeners.add(listen as (payload: never) => void))
    return () => {
      listeners.delete(listen as (payload: never) => void)
    }
  }

  /** Everything that is emitted from now on. Returns the function that stops it. */
  forward(forward: Forward): () => void {
    this.forwards.add(forward)
    return () => {
      this.forwards.delete(forward)
    }
  }
}
