import type { EventName, Events } from '../../shared/api/events'

/** Who listens to which event. */
export class Listeners {
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
