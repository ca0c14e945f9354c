import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { planByLevels, sigmaOfLevels } from '../../../../../src/main/engine/denoising/denoisingPlan'
import type { PixelImage } from '../../../../../src/main/engine/denoising/pixelTiles'
import { drawnKinds, drawPicture } from '../../../../../src/main/engine/imaging/drawnPictures'
import { type Camera, withCameraNoise } from '../../../../../src/main/engine/synthesis/camera'
import { type ColorImage, emptyImage } from '../../../../../src/main/engine/synthesis/colorImage'
import { drawGraphics } from '../../../../../src/main/engine/synthesis/graphics'
import { throughJpeg } from '../../../../../src/main/engine/synthesis/jpeg'
import { noiseLevelsOf } from '../../../../../src/main/engine/synthesis/levels'
import { rounded } from '../../../../../src/main/engine/synthesis/realNoise'
import { randomStream } from '../../../../../src/main/engine/training/random'
import { certaintyOf, estimateImageNoise } from '../../../../../src/main/features/denoising/tasks/imageNoise'
import { estimateRealNoise } from '../../../../../src/main/features/denoising/tasks/realNoise'
import { hasShared, sharedData } from '../../../../support/requirements'
import { syntheticPhotograph } from '../../../../support/syntheticPhotograph'

const camera: Camera = {
  ...{ shot: 0.003, read: 1e-5, whiteBalance: [2.6, 1.2, 2] },
  ...{ pattern: { redRow: 0, redColumn: 0 }, method: 'malvar', contrast: 0.5 },
  ...{ smoothing: { brightness: 0.6, color: 1.5 }, scale: 1, sharpening: 0.3 },
  colors: [
    [0.7, 0.25, 0.05],
    [0.15, 0.7, 0.15],
    [0.02, 0.3, 0.68],
  ],
}

function colorImage({ height, width, data }: PixelImage): ColorImage {
  const image = emptyImage(height, width)
  image.planes.forEach((plane, c) => plane.forEach((_, i) => (plane[i] = data[3 * i + c]! / 255)))
  return image
}

function pixelImage({ height, width, planes }: ColorImage): PixelImage {
  const data = new Uint8Array(height * width * 3)
  planes.forEach((plane, c) => plane.forEach((value, i) => (data[3 * i + c] = Math.round(255 * value))))
  return { height, width, channels: 3, data }
}

const clean = colorImage(syntheticPhotograph(1))
const noisy = (change: Partial<Camera>) => {
  const random = randomStream(3)
  return rounded(withCameraNoise(clean, { ...camera, ...change }, () => random.normal()))
}

describe('the estimate of real noise', () => {
  test.each([0.001, 0.003, 0.008])(
    'tells that of a camera, shot noise %d, within a factor of 1.6',
    (shot) => {
      const image = noisy({ shot })
      const there = sigmaOfLevels(noiseLevelsOf(clean, image))
      const found = estimateRealNoise(pixelImage(image))!
      expect(found.sigma / there).toBeGreaterThan(1 / 1.6)
      expect(found.sigma / there).toBeLessThan(1.6)
    },
  )

  test('tells it where white noise is not found, which its smoothing hides', () => {
    const image = pixelImage(noisy({ smoothing: { brightness: 1, color: 2.5 } }))
    const noise = estimateImageNoise(image)!
    expect(noise.levels).not.toBeNull()
    expect(certaintyOf(noise)).toBeGreaterThan(0.5)
  })

  test('leaves white noise to the estimate of white noise', () => {
    const random = randomStream(4)
    const image = rounded({
      ...clean,
      planes: clean.planes.map((plane) =>
        plane.map((value) => value + (20 / 255) * random.normal()),
      ) as never,
    })
    const noise = estimateImageNoise(pixelImage(image))!
    expect(noise.levels).toBeNull()
    for (const sigma of noise.sigmas) expect(Math.abs(sigma - 20)).toBeLessThan(1.5)
  })

  test.each([null, 95, 85])('finds none in a clean picture, JPEG quality %s', (quality) => {
    const image = quality
      ? throughJpeg(clean, { quality, halvesColor: true, top: 0, left: 0 })
      : rounded(clean)
    expect(certaintyOf(estimateImageNoise(pixelImage(image)))).toBeLessThan(0.2)
  })

  test('finds none in what programs draw', () => {
    // Fine stripes all over a picture, can be taken for noise.
    const isStriped = (seed: number) => randomStream(seed).below(5) === 3
    for (let seed = 0; seed < 16; seed++) {
      if (isStriped(seed)) continue
      const image = rounded(drawGraphics(200, 240, randomStream(seed)))
      expect(estimateRealNoise(pixelImage(image))?.sigma ?? 0).toBeLessThan(1)
    }
  })

  test.each(drawnKinds)('finds none in %s', (kind) => {
    for (const seed of [1, 2, 3])
      expect(certaintyOf(estimateImageNoise(drawPicture(kind, seed)))).toBeLessThan(0.2)
  })

  // What a JPEG leaves of letters, thin lines and pixel art still looks like noise.
  test.each(['gradients', 'stars'] as const)('finds none in %s out of a JPEG', (kind) => {
    for (const seed of [1, 2, 3]) {
      const jpeg = throughJpeg(colorImage(drawPicture(kind, seed)), {
        ...{ quality: 90, halvesColor: true, top: 0, left: 0 },
      })
      expect(certaintyOf(estimateImageNoise(pixelImage(jpeg)))).toBeLessThan(0.2)
    }
  })

  test('is of brightness alone in a grey picture', () => {
    const { height, width, data } = pixelImage(noisy({}))
    const grey = Uint8Array.from({ length: height * width }, (_, i) => data[3 * i + 1]!)
    expect(estimateRealNoise({ height, width, channels: 1, data: grey })).toMatchObject({ color: 0 })
  })
})

test.skipIf(!hasShared())('is near what two cameras leave in their pictures', async () => {
  const folder = join(sharedData, 'camera')
  const names = readdirSync(join(folder, 'noisy'))
  const read = async (kind: string, name: string): Promise<PixelImage> => {
    const { data, info } = await sharp(join(folder, kind, name))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    return { height: info.height, width: info.width, channels: 3, data: new Uint8Array(data) }
  }
  let near = 0
  for (const name of names) {
    const picture = await read('noisy', name)
    const there = sigmaOfLevels(noiseLevelsOf(colorImage(await read('clean', name)), colorImage(picture)))
    const found = estimateRealNoise(picture)!.sigma
    if (found > there / 2 && found < 2 * there) near++
  }
  expect(near / names.length).toBeGreaterThan(0.75)
})

test('a model of two levels is told both, and a grey picture goes through it with its colours alike', () => {
  expect(planByLevels(3, { brightness: 4, color: 2 })).toMatchObject({
    planes: 'together',
    sigmas: [[4, 2]],
  })
  expect(planByLevels(1, { brightness: 4, color: 2 })).toMatchObject({ planes: 'alike', sigmas: [[4, 0]] })
  expect(planByLevels(3, { brightness: 0, color: 0 }).sigmas).toEqual([null])
})
