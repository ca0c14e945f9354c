import { defineStore } from 'pinia'
import { computed } from 'vue'
import type { QueuedRun } from '../../shared/api/training'
import { mirrorState } from './mirrorState'

/** What trains here, and what waits for its turn. */
export const useQueueStore = defineStore('queue', () => {
  const mirror = mirrorState('training.state')
  const queue = computed<readonly QueuedRun[]>(() => mirror.state.value?.queue ?? [])
  /** Others wait, and none begins by itself. */
  const isHeld = computed(() => mirror.state.value?.type === 'held')
  /** The run that trains in this app; null where none does. */
  const training = computed(() => (mirror.state.value?.type === 'training' ? mirror.state.value.run : null))
  /** Counts from 1; null for a run that does not wait. */
  function placeOf(id: string): number | null {
    const at = queue.value.findIndex((run) => run.id === id)
    return at < 0 ? null : at + 1
  }
  const isImporting = (id: string) => queue.value.some((run) => run.id === id && run.isImporting)
  return { ...mirror, queue, isHeld, training, placeOf, isImporting }
})
