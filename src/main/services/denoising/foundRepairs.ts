import type { FoundRepairs, OpenedPicture } from '../../../shared/api/denoising'
import type { ImageNoise, Repairs } from '../../worker/protocol'
import { sigmaScale } from './floats'
import type { Picture } from './readPicture'

/** What people are told of it: sigmas on the scale on which white is 255. */
export function foundRepairs(
  { impulses, rows, columns, range }: Repairs,
  { pixels, floats }: Pick<Picture, 'pixels' | 'floats'>,
): FoundRepairs {
  const scale = sigmaScale(floats)
  return {
    ...{ impulses, rows: rows / scale, columns: columns / scale },
    range: range && (range.white - range.black) / whiteOf(pixels),
  }
}

const whiteOf = (pixels: Picture['pixels']) => (pixels instanceof Uint8Array ? 255 : 65_535)

/** How many times as large a sigma is on the scale that noise is estimated on as on that which people are told. */
export function noiseScale(
  { range }: Repairs,
  { pixels, floats }: Pick<Picture, 'pixels' | 'floats'>,
): number {
  const used = range ? (range.white - range.black) / whiteOf(pixels) : 1
  return sigmaScale(floats) / used
}

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
