import { type Ref, shallowRef, watch } from 'vue'
import { client } from '../api/client'
import { imageDataOf } from '../components/images/drawPixels'

const kept = 3000
const atOnce = 500

/** Small pictures of points, fetched when they are asked for and kept while there is room. */
export function usePointPictures(set: Ref<string | null>, size = 64) {
  const pictures = new Map<number, HTMLCanvasElement>()
  const asked = new Set<number>()
  /** Counts up when more are there. */
  const version = shallowRef(0)
  watch(set, () => {
    pictures.clear()
    asked.clear()
  })

  const pictureOf = (point: number): HTMLCanvasElement | null => pictures.get(point) ?? null

  async function request(points: readonly number[]): Promise<void> {
    const id = set.value
    const missing = points.filter((point) => !pictures.has(point) && !asked.has(point)).slice(0, atOnce)
    if (id === null || missing.length === 0) return
    for (const point of missing) asked.add(point)
    try {
      const block = await client.invoke('latent.thumbnails', {
        set: id,
        points: Int32Array.from(missing),
        size,
      })
      if (set.value !== id) return
      missing.forEach((point, i) => {
        const canvas = document.createElement('canvas')
        canvas.width = block.width
        canvas.height = block.height
        canvas.getContext('2d')!.putImageData(imageDataOf(block, i), 0, 0)
        pictures.set(point, canvas)
      })
      for (const old of [...pictures.keys()].slice(0, Math.max(0, pictures.size - kept))) pictures.delete(old)
      version.value++
    } catch {
      // A map without pictures is still a map; whoever looks closer is told why.
    } finally {
      for (const point of missing) asked.delete(point)
    }
  }
  return { pictureOf, request, version }
}
