import { computed, type Ref, shallowRef, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import type { CodeSet, LocatedImage, ProjectedCodes, Projection } from '../../shared/api/latent'
import { client } from '../api/client'
import type { Mark } from '../components/latent/mapOverlay'
import { useCommand } from './useCommand'

/** The code that the decoder is asked to draw, where it comes from, and what is marked on the map for it. */
export function useDrawing(
  set: Ref<CodeSet | null>,
  map: Ref<ProjectedCodes | null>,
  projection: Ref<Projection | null>,
) {
  const { t } = useI18n()
  const code = shallowRef<Float32Array | null>(null)
  const note = shallowRef('')
  /** Of an interpolation. */
  const ends = shallowRef<readonly Mark[]>([])
  const located = shallowRef<Mark | null>(null)
  const place = shallowRef<Mark | null>(null)
  const marks = computed(() => [
    ...ends.value,
    ...[located.value, place.value].filter((mark) => mark !== null),
  ])

  function take(next: Float32Array, why: string): void {
    code.value = next
    note.value = why
  }
  function reset(): void {
    code.value = null
    ends.value = []
  }
  watch(map, () => (place.value = null))

  const { run: drawAt } = useCommand(async (at: Float32Array) => {
    if (!set.value || !projection.value) return
    const params = { set: set.value.set, projection: projection.value, place: at }
    const drawn = await client.invoke('latent.decodeAt', params)
    take(drawn.code, t(`latent.how.${drawn.how}`, { n: drawn.neighbors.length }))
    place.value = { name: '', place: at }
  })
  const { run: takePoint } = useCommand(async (point: number) => {
    const points = Int32Array.from([point])
    take(await client.invoke('latent.codes', { set: set.value!.set, points }), t('latent.codeOfImage'))
  })
  function locate(image: LocatedImage, name: string): void {
    located.value = { name, place: image.place }
    take(image.code, t('latent.codeOf', { name }))
  }
  return { code, note, ends, located, marks, take, reset, drawAt, takePoint, locate }
}
