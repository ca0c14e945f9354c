import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { DenoisePicture, ViewRectangle } from '../../shared/api/denoising'
import { isNeutral, type MaskLayer, type StrengthMask } from '../../shared/strengthMask'
import { inBackground } from '../../shared/inBackground'
import { client } from '../api/client'
import { useDenoiseCommand } from '../composables/useDenoiseCommand'

type Mask = StrengthMask | null

/** What was painted over a picture, and what it was before. */
interface Painting {
  readonly mask: Mask
  /** As the row of the picture has it; null as long as nothing is known of it, or there is none. */
  readonly name: string | null
  readonly done: readonly Mask[]
  readonly undone: readonly Mask[]
}

const nothing: Painting = { mask: null, name: null, done: [], undone: [] }
const mostSteps = 50
/** Of all that can be undone on one picture. */
const mostBytes = 24e6
/** Pictures with steps that can be undone. */
const mostHistories = 8

const holesKey = ' holes'

/** What is painted now over a picture: holes where these are to be filled, else the strength. */
export const layerOf = ({ controls }: Pick<DenoisePicture, 'controls'>): MaskLayer =>
  controls.kind === 'holes' ? 'holes' : 'strength'

/** Names the mask that is painted now over a picture. */
export const maskKey = (picture: Pick<DenoisePicture, 'id' | 'controls'>): string =>
  picture.id + (layerOf(picture) === 'holes' ? holesKey : '')

const partsOf = (key: string): { id: string; layer: MaskLayer } =>
  key.endsWith(holesKey)
    ? { id: key.slice(0, -holesKey.length), layer: 'holes' }
    : { id: key, layer: 'strength' }

/** Masks of pictures, by their keys. The app keeps them with the list; what can be undone is known here until the window closes. */
export const useStrengthMasks = defineStore('strengthMasks', () => {
  const paintings = shallowRef<ReadonlyMap<string, Painting>>(new Map())
  /** While a stroke is painted: its mask, which changes, and where it did since it was last told. */
  const live = shallowRef<{ id: string; mask: StrengthMask; changed: ViewRectangle } | null>(null)
  /** Pictures whose masks are on their way to the app. */
  const sending = new Map<string, number>()

  /** What looks like scratches, where nothing is painted. */
  const found = shallowRef<ReadonlyMap<string, StrengthMask>>(new Map())

  const of = (id: string): Painting => paintings.value.get(id) ?? nothing
  /** What is to be seen of it. */
  const maskOf = (id: string): Mask =>
    live.value?.id === id ? live.value.mask : (of(id).mask ?? found.value.get(id) ?? null)
  function find(id: string, mask: Mask): void {
    const next = new Map(found.value)
    if (mask) next.set(id, mask)
    else next.delete(id)
    found.value = next
  }

  function put(id: string, painting: Painting): void {
    const next = new Map(paintings.value)
    next.delete(id)
    next.set(id, painting)
    const histories = [...next].filter(([, { done, undone }]) => done.length + undone.length > 0)
    for (const [old, one] of histories.slice(0, -mostHistories))
      next.set(old, { ...one, done: [], undone: [] })
    paintings.value = next
  }

  const { run: send } = useDenoiseCommand('mask', async (id: string, mask: Mask) => {
    sending.set(id, (sending.get(id) ?? 0) + 1)
    try {
      const { mask: name } = await client.invoke('denoise.setMask', { ...partsOf(id), mask })
      put(id, { ...of(id), name })
    } finally {
      sending.set(id, sending.get(id)! - 1)
    }
  })

  /** Takes over what another window has painted, or this one before it was loaded anew. */
  const { run: follow } = useDenoiseCommand('mask', async (picture: DenoisePicture) => {
    const id = maskKey(picture)
    const name = layerOf(picture) === 'holes' ? picture.holes : picture.mask
    const isKnown = () => of(id).name === name || (sending.get(id) ?? 0) > 0 || live.value?.id === id
    if (isKnown()) return
    const mask = await client.invoke('denoise.mask', partsOf(id))
    if (!isKnown()) put(id, { ...nothing, mask, name })
  })

  /** A mask in the place of the one that is there. */
  function set(id: string, mask: Mask): Promise<void> {
    const { mask: before, done, name } = of(id)
    const steps = Math.min(
      mostSteps,
      Math.floor(mostBytes / (mask ?? before ?? { values: [0] }).values.length),
    )
    put(id, {
      mask: mask && isNeutral(mask) ? null : mask,
      name,
      done: [...done, before].slice(-steps),
      undone: [],
    })
    return send(id, of(id).mask) as Promise<void>
  }

  function undo(id: string): boolean {
    const { mask, name, done, undone } = of(id)
    if (done.length === 0) return false
    put(id, { mask: done.at(-1)!, name, done: done.slice(0, -1), undone: [...undone, mask] })
    inBackground(send(id, of(id).mask))
    return true
  }

  function redo(id: string): boolean {
    const { mask, name, done, undone } = of(id)
    if (undone.length === 0) return false
    put(id, { mask: undone.at(-1)!, name, done: [...done, mask], undone: undone.slice(0, -1) })
    inBackground(send(id, of(id).mask))
    return true
  }
  return { live, of, maskOf, find, follow, set, undo, redo }
})
