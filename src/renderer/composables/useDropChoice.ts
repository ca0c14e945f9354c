import { shallowRef } from 'vue'
import type { Place } from '../../shared/api/places'
import type { DroppedKinds } from './useFileDrop'

interface Dropped {
  readonly places: readonly Place[]
  /** A single picture is more likely to be cleaned; a folder, or many, to be learned from. */
  readonly isOnePicture: boolean
}

const dropped = shallowRef<Dropped | null>(null)

/** Pictures that were dropped where they could be meant in two ways. The shell asks. */
export function useDropChoice() {
  function ask(places: readonly Place[], { files, folders }: DroppedKinds): void {
    dropped.value = { places, isOnePicture: folders === 0 && files === 1 }
  }
  return { dropped, ask }
}
