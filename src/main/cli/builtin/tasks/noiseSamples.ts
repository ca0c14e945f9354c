import { decorrelated } from '../../../engine/denoising/realNoise/decorrelated'
import { toldSigma, toldSteps } from '../../../engine/denoising/realNoise/levelEstimate'
import { type NoisySample, noisySample } from '../../../engine/denoising/realNoise/levelSamples'
import { noiseFeatures } from '../../../engine/denoising/realNoise/noiseFeatures'
import type { LevelSample, MeasuredSample } from '../../../engine/denoising/realNoise/trainLevels'
import { decorrelation, type PixelImage } from '../../../engine/denoising/pixelTiles'
import type { ColorImage } from '../../../engine/synthesis/colorImage'
import { restorePixels } from '../../../features/denoising/tasks/restorePixels'
import type { RestoringModel } from '../../../features/denoising/tasks/denoisingTasks'
import type { NoiseSpec } from '../../../../shared/noise'
import type { ComputeTarget } from '../../../worker/protocol'

/** Clean photographs, count × side × side × 3 bytes. */
export interface Tiles {
  readonly tiles: Uint8Array
  readonly side: number
}

/** The model whose errors are measured, and the white noise that it learned. */
export interface MeasuredModel {
  readonly model: RestoringModel
  readonly trained: NoiseSpec
  readonly target: ComputeTarget
}

/** Height and width of the middle of a tile, in which errors are measured. */
const measuredSide = 96

/** @returns null for a picture that is too small to tell */
export const plainSample = ({ tiles, side }: Tiles, index: number): LevelSample | null =>
  described(noisySample(tiles, side, index))

function described({ noisy, levels }: NoisySample): LevelSample | null {
  const features = noiseFeatures([decorrelated(noisy)])
  return features && { features: [...features].map(short), ...levels }
}

/** What is left of the noise by what the model is told. @returns null for a picture that is too small to tell */
export async function measuredSample(
  { tiles, side }: Tiles,
  index: number,
  model: MeasuredModel,
): Promise<MeasuredSample | null> {
  const drawn = noisySample(tiles, side, index)
  const sample = described(drawn)
  if (!sample) return null
  const [given, wanted] = [middleOf(drawn.noisy), middleOf(drawn.clean)]
  const errors = { brightness: [] as number[], color: [] as number[] }
  for (let step = 0; step < toldSteps; step++) {
    const restored = step === 0 ? given.data : await toldOf(given, toldSigma(step), model)
    const [brightness, color] = errorsOf(restored, wanted.data)
    errors.brightness.push(short(brightness))
    errors.color.push(short(color))
  }
  return { ...sample, errors }
}

const short = (value: number) => Number(value.toPrecision(5))

async function toldOf(
  image: PixelImage & { data: Uint8Array },
  sigma: number,
  { model, trained, target }: MeasuredModel,
): Promise<Uint8Array> {
  const result = new Uint8Array(image.data.length)
  const gain = Math.min(1, trained.max / sigma)
  const three = (value: number) => [value, value, value]
  const plan = { planes: 'decorrelated', gains: three(gain), sigmas: three(sigma * gain) } as const
  await restorePixels(image, result, plan, { model, trained, coarse: null, tile: null, ...target })
  return result
}

/** Mean squared errors of brightness, and a third of those of both differences of colours: their sum is that of a channel. */
function errorsOf(values: Uint8Array, wanted: Uint8Array): [number, number] {
  const sums = decorrelation.map(() => 0)
  for (let i = 0; i < values.length; i += 3)
    decorrelation.forEach((row, plane) => {
      const error = row.reduce((sum, weight, c) => sum + weight * (values[i + c]! - wanted[i + c]!), 0)
      sums[plane]! += error * error
    })
  const pixels = values.length / 3
  return [sums[0]! / pixels, (sums[1]! + sums[2]!) / 3 / pixels]
}

function middleOf({ height, width, planes }: ColorImage): PixelImage & { data: Uint8Array } {
  const data = new Uint8Array(measuredSide * measuredSide * 3)
  const [top, left] = [(height - measuredSide) >> 1, (width - measuredSide) >> 1]
  for (let y = 0, to = 0; y < measuredSide; y++)
    for (let x = 0; x < measuredSide; x++)
      for (const plane of planes)
        data[to++] = Math.min(255, Math.max(0, Math.round(255 * plane[(top + y) * width + left + x]!)))
  return { height: measuredSide, width: measuredSide, channels: 3, data }
}
