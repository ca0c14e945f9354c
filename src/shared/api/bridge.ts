import type { EventName, Events } from './events'
import type { Reply } from './messages'
import type { Place } from './places'

/** What the preload script gives the page of an Electron window, and all of it: `window.hourglass`. */
export interface Bridge {
  /** Errors come as values, since an Error loses its fields on the way. */
  invoke(command: string, params: unknown): Promise<Reply>
  /** Returns the function that stops listening. */
  on<E extends EventName>(event: E, listen: (payload: Events[E]) => void): () => void
  /** Dropped files as places; their paths stay outside of the page. Rejects with a sentence for the person. */
  placesOf(files: File[]): Promise<readonly Place[]>
  /** Lets the person go on dragging a file of the app out of the window. Rejects where there is none. */
  drag(place: string): Promise<void>
}
