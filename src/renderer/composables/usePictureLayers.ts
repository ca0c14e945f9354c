import { computed, type Ref, shallowRef, watch } from 'vue'
import {
  defaultControls,
  type DenoiseControls,
  type DenoisePicture,
  type ViewRectangle,
} from '../../shared/api/denoising'
import { wholeMix } from '../../shared/mixPixels'
import { neutralPercent } from '../../shared/strengthMask'
import { inBackground } from '../../shared/inBackground'
import { around } from '../components/denoise/paintMask'
import { PictureLayers } from '../components/denoise/pictureLayers'
import { useStrengthMasks } from '../stores/useStrengthMasks'
import { usePictureView, type ViewQuestion } from './usePictureView'

interface Looked {
  readonly picture: DenoisePicture
  readonly controls: DenoiseControls
}

/** What can be drawn of what is seen of a picture, as it is set and painted. @param at null while nothing is seen */
export function usePictureLayers(looked: Looked, at: Ref<Pick<ViewQuestion, 'rectangle' | 'scale'> | null>) {
  const masks = useStrengthMasks()
  watch(
    [
      () => looked.picture.id,
      () => looked.picture.mask,
      () => looked.picture.holes,
      () => looked.picture.controls.kind,
    ],
    () => inBackground(masks.follow(looked.picture)),
    {
      immediate: true,
    },
  )
  const isNoise = computed(() => looked.controls.kind === 'noise')
  const mask = computed(() => (isNoise.value ? masks.maskOf(looked.picture.id) : null))
  /** Of the mask that the app has. */
  const isMore = computed(() => {
    const { mask: kept } = masks.of(looked.picture.id)
    return (
      isNoise.value &&
      looked.picture.mask !== null &&
      (kept?.values.some((value) => value > neutralPercent) ?? false)
    )
  })

  /** What the network is asked for; the rest is mixed here. */
  const asked = shallowRef<DenoiseControls>(looked.controls)
  watch(
    () => looked.controls,
    (set) => {
      const { model, sigma, strength, kind, quality, jpegQuality, findsScratches } = set
      const asIs = { kind, quality, jpegQuality, findsScratches }
      const next = isNoise.value
        ? { ...defaultControls, model, sigma, strength: Math.max(1, strength) }
        : { ...defaultControls, model, ...asIs }
      if (JSON.stringify(next) !== JSON.stringify(asked.value)) asked.value = next
    },
    { immediate: true },
  )
  /** What is filled depends on what is painted. */
  const holes = computed(() => (looked.controls.kind === 'holes' ? looked.picture.holes : null))
  const question = computed<ViewQuestion | null>(() =>
    at.value ? { id: looked.picture.id, controls: asked.value, ...at.value, mask: holes.value } : null,
  )
  const { view, backdrop, error } = usePictureView(question)
  const { view: more } = usePictureView(
    computed(() => {
      const { controls, picture } = looked
      if (!question.value || !isMore.value) return null
      // Below 1 too: how much more is needed depends on it.
      const own = { ...asked.value, strength: controls.strength }
      return { ...question.value, controls: own, mask: picture.mask, stronger: true }
    }),
  )

  // Made once for a view, and mixed anew where the controls have moved.
  const layers = computed<PictureLayers | null>((before) => {
    if (!view.value || before?.shows(view.value)) return view.value && before!
    return new PictureLayers(view.value, defaultControls, before ?? null)
  })
  const behind = computed(() => backdrop.value && new PictureLayers(backdrop.value, defaultControls))

  /** Where a stroke has changed the mask since it was last mixed. */
  let changed: ViewRectangle | null = null
  watch(
    () => masks.live,
    (live) => {
      if (live?.id === looked.picture.id) changed = around(changed, live.changed)
    },
    { flush: 'sync' },
  )
  /** Mixes them as it is set and painted now. */
  function remix(): void {
    const { width, height } = looked.picture
    const painted = mask.value && {
      mask: mask.value,
      size: { width, height },
      stronger: isMore.value ? more.value : null,
    }
    for (const one of [behind.value, layers.value])
      one?.remix(isNoise.value ? looked.controls : wholeMix, painted, changed)
    changed = null
  }
  /** All that mixing depends on. */
  const mixing = computed(() => {
    const { strength, color, detail } = looked.controls
    return {
      set: [strength, color, detail, isNoise.value],
      mask: mask.value,
      live: masks.live,
      more: more.value,
    }
  })
  /** How much is there of what is seen and of all, 0..1. */
  const ready = computed(() => {
    const { ready: seen = 0, readyOfAll: all = 0 } = view.value ?? {}
    if (!isMore.value) return { seen, all }
    return { seen: Math.min(seen, more.value?.ready ?? 0), all: Math.min(all, more.value?.readyOfAll ?? 0) }
  })
  return { view, error, layers, behind, remix, mixing, ready, mask, more }
}
