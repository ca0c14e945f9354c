import { type Ref, shallowRef, watch } from 'vue'
import type { PixelBlock } from '../../shared/api/library'
import { client } from '../api/client'

/** A few images spread over a dataset, for its card. Null until they are there, or where there are none. */
export function useThumbnails(
  dataset: Ref<{ id: string; count: number; state: string; revision: string } | undefined>,
  count: number,
  size = 56,
) {
  const block = shallowRef<PixelBlock | null>(null)
  watch(
    () => dataset.value && `${dataset.value.id} ${dataset.value.revision} ${dataset.value.state}`,
    async () => {
      const { id = '', count: images = 0, state } = dataset.value ?? {}
      if (state !== 'ready' || images === 0) return void (block.value = null)
      const shown = Math.min(count, images)
      const rows = Array.from({ length: shown }, (_, i) => Math.floor((i * images) / shown))
      // A card without pictures is still a card.
      block.value = await client.invoke('datasets.thumbnails', { id, rows, size }).catch(() => null)
    },
    { immediate: true },
  )
  return block
}
