import { deflateSync } from 'node:zlib'
import { greyProfile } from '../colorProfiles'
import type { Chooser } from './chooser'
import type { OddPicture } from './oddPicture'
import { pngBytes, pngChannels, type PngColor, type PngSpec } from './pngBytes'

const depths: Record<PngColor, readonly PngSpec['bits'][]> = {
  grey: [1, 2, 4, 8, 16, 16],
  rgb: [8, 16],
  palette: [1, 2, 4, 8],
  greyAlpha: [8, 16],
  rgba: [8, 16],
}

/** What PNG allows: depths, colours, transparency, order of lines, and chunks that say what the values mean. */
export function oddPng(choose: Chooser): OddPicture {
  const color = choose.one<PngColor>(['grey', 'rgb', 'palette', 'greyAlpha', 'rgba'])
  const bits = choose.one(depths[color])
  const [width, height] = [choose.whole(1, 40), choose.whole(1, 40)]
  const most = 2 ** bits - 1
  const used = bits === 16 && choose.chance(0.4) ? 0.03 : 1
  const length = width * height * pngChannels[color]
  const values = Array.from({ length }, () => Math.floor(choose.share() * used * (most + 0.999)))
  const isInterlaced = choose.chance(0.3)
  const hasProfile = choose.chance(0.2) && (color === 'grey' || color === 'greyAlpha')
  const palette = Array.from({ length: most + 1 }, (_, i) => [i % 256, (i * 37) % 256, 255 - (i % 256)])
  const isAnimated = choose.chance(0.1)
  const chunks: [string, Buffer][] = [
    ...meanings(choose, hasProfile),
    ...(color === 'palette' ? [['PLTE', Buffer.from(palette.flat())] as [string, Buffer]] : []),
    ...(isAnimated ? [['acTL', Buffer.from([0, 0, 0, 3, 0, 0, 0, 0])] as [string, Buffer]] : []),
  ]
  const seen =
    color === 'palette'
      ? values.flatMap((i) => palette[i]!)
      : bits < 8
        ? values.map((value) => Math.round((value * 255) / most))
        : values
  const name = [color, `${bits}`, isInterlaced && 'adam7', isAnimated && 'apng', ...chunks.map(([of]) => of)]
  return {
    name: `${name.filter(Boolean).join('-')}.png`,
    bytes: pngBytes({ width, height, bits, color, values, isInterlaced, chunks }),
    truth: {
      ...{ pages: 1, width, height },
      channels: color === 'palette' ? 3 : pngChannels[color],
      values: seen,
    },
    orientation: 1,
  }
}

function meanings(choose: Chooser, hasProfile: boolean): [string, Buffer][] {
  const longs = (...numbers: number[]) => {
    const data = Buffer.alloc(4 * numbers.length)
    numbers.forEach((number, i) => data.writeUInt32BE(number, 4 * i))
    return data
  }
  const all: [string, Buffer][] = []
  if (choose.chance(0.3)) all.push(['gAMA', longs(choose.one([45_455, 100_000, 55_555]))])
  if (choose.chance(0.3))
    all.push(['cHRM', longs(31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6000)])
  if (choose.chance(0.2)) all.push(['cICP', Buffer.from([9, 16, 0, 1])])
  if (hasProfile)
    all.push(['iCCP', Buffer.concat([Buffer.from('icc\0\0', 'latin1'), deflateSync(greyProfile(1.8))])])
  if (choose.chance(0.3))
    all.push(['pHYs', Buffer.concat([longs(choose.whole(1, 9000), 2835), Buffer.from([choose.whole(0, 1)])])])
  if (choose.chance(0.3)) all.push(['tEXt', Buffer.from('Comment\0by hand', 'latin1')])
  return all
}
