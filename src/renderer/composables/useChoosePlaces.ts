import { shallowRef } from 'vue'
import type { PickKind, Place } from '../../shared/api/places'
import { client } from '../api/client'

export interface PickRequest {
  readonly kind: PickKind
  readonly roots: readonly Place[]
  readonly answer: (places: readonly Place[]) => void
}

const asked = shallowRef<PickRequest | null>(null)

/**
 * Lets a person choose folders or images: with the system's dialog where there is one, else in the page's own picker,
 * which the shell shows. Resolves to nothing when they thought better of it.
 */
export function useChoosePlaces() {
  async function choose(kind: PickKind): Promise<readonly Place[]> {
    const roots = await client.invoke('places.roots')
    if (roots.length === 0) return client.invoke('places.pick', { kind })
    asked.value?.answer([])
    return new Promise((resolve) => {
      const answer = (places: readonly Place[]) => {
        asked.value = null
        resolve(places)
      }
      asked.value = { kind, roots, answer }
    })
  }
  return { asked, choose }
}
