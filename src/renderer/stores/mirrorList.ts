import { computed, shallowRef } from 'vue'
import type { CommandName, Results } from '../../shared/api/commands'
import type { Changes, EventName, Events, Listing } from '../../shared/api/events'
import { inBackground } from '../../shared/inBackground'
import { client } from '../api/client'

type ListCommand = {
  [C in CommandName]: Results[C] extends Listing<{ id: string }> ? C : never
}[CommandName]
type ChangeEvent = { [E in EventName]: Events[E] extends Changes<{ id: string }> ? E : never }[EventName]
type Item<C extends ListCommand> = Results[C] extends Listing<infer T> ? T & { readonly id: string } : never

/**
 * A list of the app, mirrored: asked for at once and again after every loss of connection, and kept in step by its
 * event. Changes that the list has in it already are dropped by their revision; one that skips some makes it ask again.
 */
export function mirrorList<C extends ListCommand>(list: C, changed: ChangeEvent) {
  const items = shallowRef<ReadonlyMap<string, Item<C>>>(new Map())
  const loaded = shallowRef(false)
  const failure = shallowRef<Error | null>(null)
  let revision = -1
  let waiting: Changes<Item<C>>[] | null = null

  async function refresh(): Promise<void> {
    waiting ??= []
    try {
      const listing = (await client.invoke(list as 'runs.list')) as unknown as Listing<Item<C>>
      items.value = new Map(listing.items.map((item) => [item.id, item]))
      revision = listing.revision
      failure.value = null
      loaded.value = true
      const meanwhile = waiting ?? []
      waiting = null
      meanwhile.forEach(apply)
    } catch (error) {
      waiting = null
      failure.value = error as Error
    }
  }

  function apply(changes: Changes<Item<C>>): void {
    if (waiting) {
      waiting.push(changes)
      return
    }
    if (changes.revision <= revision) return
    if (changes.revision > revision + 1) return inBackground(refresh())
    revision = changes.revision
    const next = new Map(items.value)
    for (const id of changes.removed) next.delete(id)
    for (const item of changes.changed) next.set(item.id, item)
    items.value = next
  }

  client.on(changed as 'runs.changed', (changes) => apply(changes as unknown as Changes<Item<C>>))
  client.onConnection((connected) => connected && inBackground(refresh()))
  inBackground(refresh())

  return {
    /** By id. */
    items,
    all: computed(() => [...items.value.values()]),
    loaded,
    failure,
    refresh,
  }
}
