import { type Ref, shallowRef, watch } from 'vue'
import type { CodeSet, ProjectedCodes, Projection } from '../../shared/api/latent'
import { useAnswer } from './useAnswer'

/**
 * The trustworthiness of PCA of the same codes, as many components as the map has: what a map's own is compared with.
 * Null while it is not known, and where the map is PCA itself.
 */
export function usePcaReference(
  set: Ref<CodeSet | null>,
  map: Ref<ProjectedCodes | null>,
  shown: Ref<Projection | null>,
) {
  const { ask } = useAnswer()
  const reference = shallowRef<number | null>(null)
  watch(map, async (now) => {
    reference.value = null
    if (!set.value || !now || now.trustworthiness === null || shown.value?.method === 'pca') return
    const projection = { method: 'pca', components: now.components === 3 ? 3 : 2 } as const
    // A map without anything to compare with is still a map.
    const pca = await ask('latent.project', { set: set.value.set, projection }).catch(() => null)
    if (map.value === now) reference.value = pca?.trustworthiness ?? null
  })
  return reference
}
