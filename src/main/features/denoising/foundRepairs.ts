import type { FoundRepairs, OpenedPicture } from '../../../shared/api/denoising'
import type { ImageNoise, Repairs } from './tasks/denoisingTasks'
import { sigmaScale } from '../pictures/pictureScale'
import type { Picture } from '../pictures/readPicture'

type Told = Pick<Picture, 'pixels' | 'floats' | 'scale'>

/** Of a picture in which nothing was repaired. */
export const noRepairs: FoundRepairs = { impulses: 0, rows: 0, columns: 0, range: null }

/** What people are told of it: sigmas on the scale on which white is 255. */
export function foundRepairs(repairs: Repairs, picture: Told): FoundRepairs {
  const { impulses, rows, columns } = repairs
  const scale = sigmaScale(picture)
  return { impulses, rows: rows / scale, columns: columns / scale, range: foundRange(repairs, picture) }
}

/** Of a picture whose scale nobody has said, how much of its values it uses. */
const foundRange = ({ range }: Repairs, { pixels, scale }: Told): number | null =>
  range && scale === undefined ? (range.white - range.black) / whiteOf(pixels) : null

const whiteOf = (pixels: Picture['pixels']) => (pixels instanceof Uint8Array ? 255 : 65_535)

/** How many times as large a sigma is on the scale that noise is estimated on as on that which people are told. */
export const noiseScale = (repairs: Repairs, picture: Told): number => 1 / (foundRange(repairs, picture) ?? 1)

/** The noise as people are told it. @param scale see noiseScale */
export function toldNoise(noise: ImageNoise | null, scale: number): Pick<OpenedPicture, 'sigmas' | 'levels'> {
  const levels = noise?.levels
  return {
    sigmas: noise?.sigmas.map((sigma) => sigma / scale) ?? null,
    levels: levels ? { brightness: levels.brightness / scale, color: levels.color / scale } : null,
  }
}

/** What kind of noise was found. `camera` is what cameras and files leave, with sigmas of its own on the 0-255 scale. */
export type NoiseKind =
  | { readonly kind: 'white' }
  | { readonly kind: 'camera'; readonly brightness: number; readonly color: number }

/** @param scale of the levels: see noiseScale. Null where nothing can be told */
export function kindOfNoise(
  sigmas: readonly number[] | null,
  levels: ImageNoise['levels'],
  scale: number,
): NoiseKind | null {
  if (!sigmas) return null
  if (!levels) return { kind: 'white' }
  return { kind: 'camera', brightness: levels.brightness / scale, color: levels.color / scale }
}
