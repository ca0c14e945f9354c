import { onScopeDispose, type Ref, shallowRef, watch } from 'vue'
import type { AnomalyDetail, AnomalyImage } from '../../shared/api/anomalies'
import type { PixelBlock } from '../../shared/api/library'
import { inBackground } from '../../shared/inBackground'
import { client } from '../api/client'
import { StoppedError, useAnswer } from './useAnswer'

/** What a tile shows: its name and thumbnail come at once, the rest when the model is open. */
export interface OddPicture {
  readonly image: AnomalyImage
  readonly thumbnail: PixelBlock
  readonly at: number
  /** Blocks of one image each: as it is, as the network draws it, and the heat. */
  readonly views: {
    readonly original: PixelBlock
    readonly reconstruction: PixelBlock
    readonly heat: PixelBlock
  } | null
}

const chunk = 12
const thumbnailSide = 96
const mostBytes = 96 << 20
const mostNames = 4000

/** Pictures of the images that are in sight, the latest ones that were asked for first; the oldest are let go of. */
export function useOddPictures(detail: Ref<AnomalyDetail | null>) {
  const pictures = new Map<number, OddPicture>()
  /** Counts up with everything that arrives. */
  const arrived = shallowRef(0)
  const failure = shallowRef<Error | null>(null)
  const stopped = shallowRef(false)
  const { ask, job, stop } = useAnswer()
  let wanted: number[] = []
  let isLoading = false
  let generation = 0

  /** What there is of an image; what is missing is asked for. */
  function picture(row: number): OddPicture | undefined {
    const found = pictures.get(row)
    if (!found?.views && !wanted.includes(row)) {
      wanted = [row, ...wanted].slice(0, 120)
      // All that one drawing asks for goes together.
      queueMicrotask(() => inBackground(load()))
    }
    return found
  }

  async function load(): Promise<void> {
    const search = detail.value
    if (isLoading || wanted.length === 0 || !search || search.outdated) return
    isLoading = true
    const current = generation
    try {
      const rows = takeWanted()
      if (await loadThumbnails(search, rows, pictures)) arrived.value++
      if (current === generation && !stopped.value) await loadViews(search, rows, current)
      failure.value = null
    } catch (error) {
      if (error instanceof StoppedError) stopped.value = true
      else failure.value = error as Error
    } finally {
      isLoading = false
    }
    if (failure.value === null) await load()
  }

  /** Those in sight were asked for last, in the order in which they are shown. */
  function takeWanted(): number[] {
    const rows = wanted.filter((row) => !pictures.get(row)?.views && !(stopped.value && pictures.has(row)))
    const taken = rows.slice(0, 60).reverse().slice(0, chunk)
    wanted = rows.filter((row) => !taken.includes(row))
    return taken
  }

  async function loadViews(search: AnomalyDetail, rows: readonly number[], current: number): Promise<void> {
    const missing = rows.filter((row) => pictures.has(row) && !pictures.get(row)!.views)
    if (missing.length === 0) return
    const seen = await ask('anomalies.view', { id: search.id, rows: [...missing] })
    if (current !== generation) return
    for (const [at, row] of missing.entries()) {
      const known = pictures.get(row)
      if (!known) continue
      const views = {
        original: oneOf(seen.originals, at),
        reconstruction: oneOf(seen.reconstructions, at),
        heat: oneOf(seen.heat, at),
      }
      pictures.delete(row)
      pictures.set(row, { ...known, views })
    }
    forgetOld(pictures)
    arrived.value++
  }

  function reset(): void {
    generation++
    pictures.clear()
    wanted = []
    stopped.value = false
    failure.value = null
    arrived.value++
  }

  /** After they were stopped, or failed. */
  function again(): void {
    stopped.value = false
    failure.value = null
    arrived.value++
  }

  watch(() => detail.value?.id, reset)
  onScopeDispose(() => generation++)
  return { picture, arrived, failure, stopped, job, stop, again }
}

/** Names and thumbnails of those that have none yet. Resolves to whether some came. */
async function loadThumbnails(
  { id, target }: AnomalyDetail,
  rows: readonly number[],
  pictures: Map<number, OddPicture>,
): Promise<boolean> {
  const missing = rows.filter((row) => !pictures.has(row))
  if (missing.length === 0 || target.id === null) return false
  const images = await client.invoke('anomalies.describe', { id, rows: missing })
  const asked = { id: target.id, rows: missing, size: thumbnailSide }
  const thumbnail = await client.invoke('datasets.thumbnails', asked)
  for (const [at, row] of missing.entries()) {
    const image = images[at]
    if (image) pictures.set(row, { image, thumbnail, at, views: null })
  }
  return true
}

/** Those that were asked for longest ago. */
function forgetOld(pictures: Map<number, OddPicture>): void {
  let bytes = 0
  for (const [i, [row, { views }]] of [...pictures].reverse().entries()) {
    if (views) bytes += views.original.data.length * 2 + views.heat.data.length
    if (bytes > mostBytes || i > mostNames) pictures.delete(row)
  }
}

function oneOf({ width, height, channels, data }: PixelBlock, at: number): PixelBlock {
  const size = width * height * channels
  return { count: 1, width, height, channels, data: data.slice(at * size, (at + 1) * size) }
}
