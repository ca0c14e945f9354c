import type { AnomalyView } from '../../../shared/anomalies'
import type { AnomalyPictures } from '../../../shared/api/anomalies'

/** Views of the same size as blocks of bytes, in the order given. */
export function picturesOf(views: readonly AnomalyView[]): AnomalyPictures {
  const { width, height, channels } = views[0] ?? { width: 0, height: 0, channels: 1 as const }
  const size = width * height
  const block = (of: 1 | 3) => ({
    count: views.length,
    width,
    height,
    channels: of,
    data: new Uint8Array(views.length * size * of),
  })
  const [originals, reconstructions, heat] = [block(channels), block(channels), block(1)]
  for (const [i, view] of views.entries()) {
    originals.data.set(view.original, i * size * channels)
    reconstructions.data.set(view.reconstruction, i * size * channels)
    heat.data.set(
      view.heat.map((value) => Math.round(255 * Math.min(1, Math.max(0, value)))),
      i * size,
    )
  }
  return { originals, reconstructions, heat }
}
