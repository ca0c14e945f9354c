import { type Ref, shallowRef, watch } from 'vue'
import type { DatasetImage, PixelBlock } from '../../shared/api/library'
import { inBackground } from '../../shared/inBackground'
import { client } from '../api/client'

export interface ImagePage {
  readonly images: readonly DatasetImage[]
  readonly pixels: PixelBlock
}

export const pageSize = 128
const keptPages = 48

/**
 * Images of a dataset a page at a time, as a grid comes to show them: pages that were asked for are loaded, the latest
 * ones first, and the ones that nobody has looked at for longest are let go of.
 *
 * @param version of the dataset: another one means other images
 * @param side pixels of a thumbnail
 */
export function useImagePages(
  id: Ref<string>,
  label: Ref<string | null | undefined>,
  version: Ref<string>,
  side: number,
) {
  const total = shallowRef(0)
  const failure = shallowRef<Error | null>(null)
  /** Counts up with every page that arrives. */
  const arrived = shallowRef(0)
  const pages = new Map<number, ImagePage>()
  let wanted: number[] = []
  let loading = 0
  let generation = 0

  function reset(): void {
    generation++
    pages.clear()
    wanted = []
    total.value = 0
    arrived.value++
    ask(0)
  }

  /** The page where it is there; else it is asked for. */
  function page(index: number): ImagePage | undefined {
    const found = pages.get(index)
    if (found) {
      pages.delete(index)
      pages.set(index, found)
    } else ask(index)
    return found
  }

  function ask(index: number): void {
    wanted = [index, ...wanted.filter((other) => other !== index)].slice(0, 6)
    inBackground(load())
  }

  async function load(): Promise<void> {
    if (loading >= 2) return
    const index = wanted.shift()
    if (index === undefined || pages.has(index)) return
    const current = generation
    loading++
    try {
      const loaded = await fetchPage(index)
      if (current !== generation) return
      total.value = loaded.total
      if (loaded.page) pages.set(index, loaded.page)
      for (const old of [...pages.keys()].slice(0, Math.max(0, pages.size - keptPages))) pages.delete(old)
      failure.value = null
      arrived.value++
    } catch (error) {
      if (current === generation) failure.value = error as Error
    } finally {
      loading--
      if (wanted.length > 0) inBackground(load())
    }
  }

  async function fetchPage(index: number): Promise<{ total: number; page: ImagePage | null }> {
    const range = { id: id.value, label: label.value, from: index * pageSize, count: pageSize }
    const { total: all, images } = await client.invoke('datasets.images', range)
    if (images.length === 0) return { total: all, page: null }
    const rows = images.map(({ row }) => row)
    const pixels = await client.invoke('datasets.thumbnails', { id: id.value, rows, size: side })
    return { total: all, page: { images, pixels } }
  }

  watch([id, label, version], reset, { immediate: true })
  return { total, page, arrived, failure }
}
