import { type Ref, watch } from 'vue'
import type { DenoiseControls, DenoisePicture } from '../../shared/api/denoising'
import { client } from '../api/client'
import { maskKey, useStrengthMasks } from '../stores/useStrengthMasks'

/** Has scratches looked for where they are to be filled and nothing is painted, to be seen and painted on. */
export function useFoundScratches(
  picture: Ref<DenoisePicture | null>,
  controls: Ref<Pick<DenoiseControls, 'kind' | 'findsScratches'>>,
): void {
  const masks = useStrengthMasks()
  watch(
    [
      () => picture.value?.id,
      () => picture.value?.bytes,
      () => picture.value?.controls.kind === 'holes' && controls.value.kind === 'holes',
      () => controls.value.findsScratches,
    ],
    async ([id, , isHoles, finds]) => {
      if (id === undefined || !picture.value?.isReadable || !isHoles) return
      const key = maskKey(picture.value)
      masks.find(key, null)
      if (!finds) return
      // What is wrong with the picture is told by its view.
      const found = await client.invoke('denoise.findScratches', { id }).catch(() => null)
      if (controls.value.findsScratches) masks.find(key, found)
    },
    { immediate: true },
  )
}
