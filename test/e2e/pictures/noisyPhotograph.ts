import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { randomStream } from '../../../src/main/engine/training/random'
import { root } from '../../support/requirements'

const side = 1024
const sigma = 22

/** A photograph of the sample, enlarged and with noise added: as PNG, the same for the same seed. */
export async function noisyPhotograph(name: string, seed: number): Promise<Sharp> {
  const file = join(root, 'resources', 'sample', 'photographs', `${name}.jpg`)
  const { data, info } = await sharp(file)
    .resize(side, side, { kernel: 'lanczos3' })
    .raw()
    .toBuffer({ resolveWithObject: true })
  const random = randomStream(seed + 1)
  const noisy = Uint8ClampedArray.from(data, (value) => value + sigma * random.normal())
  const { width, height, channels } = info
  return sharp(noisy, { raw: { width, height, channels } }).png()
}
