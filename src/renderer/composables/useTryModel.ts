import { type Ref, shallowRef, watch } from 'vue'
import type { EncodedImage, Params } from '../../shared/api/commands'
import type { PixelBlock } from '../../shared/api/library'
import type { NoiseSpec } from '../../shared/noise'
import { inBackground } from '../../shared/inBackground'
import { client } from '../api/client'
import { useCommand } from './useCommand'
import { useLatest } from './useLatest'

type ImageSource = Params<'models.encode'>['image']

/** An image through a model, and its code to play with: what is changed is decoded at once. */
export function useTryModel(id: Ref<string>) {
  const source = shallowRef<ImageSource | null>(null)
  const noise = shallowRef<NoiseSpec | null>(null)
  const encoded = shallowRef<EncodedImage | null>(null)
  const code = shallowRef<Float32Array>(new Float32Array(0))
  const decoded = shallowRef<PixelBlock | null>(null)

  const {
    run: encode,
    busy,
    failure,
  } = useCommand(async () => {
    if (!source.value) return
    const answer = await client.invoke('models.encode', {
      id: id.value,
      image: source.value,
      noise: noise.value,
    })
    decoding.clear()
    encoded.value = answer
    code.value = answer.code
    decoded.value = answer.reconstruction
  })
  const decoding = useLatest(
    (of: Float32Array) => client.invoke('models.decode', { id: id.value, code: of }),
    0,
  )
  watch(decoding.answer, (image) => image && (decoded.value = image))

  function setNumber(dimension: number, value: number): void {
    const next = code.value.slice()
    next[dimension] = value
    code.value = next
    decoding.request(next)
  }
  function reset(): void {
    if (!encoded.value) return
    decoding.clear()
    code.value = encoded.value.code
    decoded.value = encoded.value.reconstruction
  }
  watch(id, () => {
    decoding.clear()
    source.value = null
    encoded.value = null
    decoded.value = null
  })
  watch([source, noise], () => inBackground(encode()))
  return { source, noise, encoded, code, decoded, busy, failure, setNumber, reset }
}
