import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { prepareImage } from '../../../../src/main/features/pictures/prepareImage'
import { ScreenColors } from '../../../../src/main/features/pictures/screenColors'
import { profiledTiff } from '../../../../src/main/features/pictures/tiff/profiledTiff'
import { greyProfile } from '../../../support/colorProfiles'
import { temporaryFolder } from '../../../support/testFolder'

const [width, height] = [16, 12]

async function colorsOf(channels: 1 | 3, data: Uint8Array, profile: Buffer): Promise<ScreenColors | null> {
  const path = join(await temporaryFolder(), 'a.tif')
  await writeFile(path, await profiledTiff({ width, height, channels, data }, profile))
  return ScreenColors.of(await prepareImage(path), channels)
}

const profileOf = async (name: string): Promise<Buffer> => {
  const plain = sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
  const file = await plain.withIccProfile(name).png().toBuffer()
  return (await sharp(file).metadata()).icc!
}
const some = (channels: 1 | 3) =>
  Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 37) % 256)
const block = (channels: 1 | 3) => ({ count: 1, width, height, channels, data: some(channels) })

describe('the colours of a picture on the screen', () => {
  it('are what libvips makes of them by their profile', async () => {
    const profile = await profileOf('p3')
    const colors = await colorsOf(3, some(3), profile)
    const file = await profiledTiff({ width, height, channels: 3, data: some(3) }, profile)
    const expected = await sharp(file).toColourspace('srgb').raw().toBuffer()
    const { data } = colors!.shown(block(3))
    // Where a colour leaves what a screen has, the table cuts the corner.
    const errors = [...data].map((value, i) => Math.abs(value - expected[i]!)).sort((a, b) => a - b)
    expect(errors[Math.floor(0.9 * errors.length)]).toBeLessThanOrEqual(2)
    expect(errors.at(-1)).toBeLessThanOrEqual(12)
  })

  it('are those of greys too', async () => {
    const colors = await colorsOf(1, some(1), greyProfile(1))
    // IEC 61966-2-1: what light of a quarter and of a half is in sRGB.
    const { data } = colors!.shown({ ...block(1), data: Uint8Array.of(0, 64, 128, 255) })
    expect([...data]).toEqual([0, 137, 188, 255])
  })

  it.each([
    ['sRGB says nothing new', 3, () => profileOf('srgb')],
    ['a damaged profile says nothing', 3, async () => Buffer.from('no profile')],
    ['nor does one of colours for greys', 1, () => profileOf('p3')],
  ] as const)('%s', async (_, channels, profile) => {
    expect(await colorsOf(channels, some(channels), await profile())).toBeNull()
  })
})
