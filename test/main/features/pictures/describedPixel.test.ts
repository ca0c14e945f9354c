import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { describedPixel } from '../../../../src/main/features/pictures/describedPixel'
import { noisyPicture } from '../../../support/noisyPicture'

const channels = 3
const pixels = new Uint8Array(channels)

/** What describes a picture in the colours of Display P3. */
async function described() {
  const picture = noisyPicture({ width: 8, height: 8 }).withMetadata({ density: 240, orientation: 6 })
  return sharp(await picture.withIccProfile('p3').withXmp('<x>hills</x>').webp().toBuffer()).metadata()
}

describe('describedPixel', () => {
  it.each([new Uint8Array(4), new Uint16Array(4)])('has what it was given, %#', async (of) => {
    const { exif, icc, xmp } = await described()
    const pixel = await describedPixel({ channels: 4, pixels: of }, { exif, icc, xmp })
    const has = await pixel!.metadata()
    expect(has).toMatchObject({ width: 1, height: 1, channels: 4, density: 240, orientation: 6, icc, xmp })
    expect(has.depth).toBe(of instanceof Uint16Array ? 'ushort' : 'uchar')
    expect((await pixel!.raw().toBuffer()).every((value) => value === 0)).toBe(true)
  })

  it('is none where the profile would get lost', async () => {
    const { icc } = await described()
    // The fourth version has a multiple of four bytes, which not every program knows.
    const odd = Buffer.concat([icc!, Buffer.alloc(1)])
    odd.writeUInt32BE(odd.length, 0)
    expect(await describedPixel({ channels, pixels }, { icc: odd })).toBeNull()
    expect(await describedPixel({ channels, pixels }, { icc })).not.toBeNull()
  })

  it('leaves behind what is no EXIF', async () => {
    const pixel = await describedPixel({ channels, pixels }, { exif: Buffer.from('Exif\0\0nothing of that') })
    expect((await pixel!.metadata()).exif).toBeUndefined()
  })
})
