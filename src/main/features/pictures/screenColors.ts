import { sharp } from '../../base/sharp'
import type { PixelBlock } from '../../../shared/api/library'
import { profileOf } from './foreign/foreignPixels'
import { isForeign, type PreparedImage } from './prepareImage'
import { readingOptions } from './storedPixels'
import { isConverted } from './readPicture'
import { profiledTiff } from './tiff/profiledTiff'

/** Along each of red, green and blue; between two of them colours change evenly. */
const steps = 33
/** A table that changes nothing by more is of sRGB, or as good as. */
const unseen = 2

/** What the values of a picture are on a screen, which shows sRGB: a table of colours by its profile. */
export class ScreenColors {
  /** @param table RGB of steps × steps × steps colours, blue going fastest; or of 256 greys */
  private constructor(
    private readonly table: Uint8Array,
    private readonly channels: 1 | 3,
  ) {}

  /** Null where the values are those of the screen, or nothing says what else they are. */
  static async of(image: PreparedImage, channels: 1 | 2 | 3 | 4): Promise<ScreenColors | null> {
    const icc = await profileIn(image)
    if (!icc) return null
    const colors = channels < 3 ? 1 : 3
    const given = colors === 1 ? greys() : grid()
    try {
      const shown = await sharp(await profiledTiff(given, icc))
        .toColourspace('srgb')
        .raw()
        .toBuffer({ resolveWithObject: true })
      const table = firstChannels(shown.data, shown.info.channels, colors)
      if (table.every((value, i) => Math.abs(value - given.data[i]!) <= unseen)) return null
      return new ScreenColors(table, colors)
    } catch {
      // A profile that cannot be read says nothing.
      return null
    }
  }

  /** A block for the screen. */
  shown(block: PixelBlock): PixelBlock {
    const data = new Uint8Array(block.data.length)
    if (this.channels === 1) for (let i = 0; i < data.length; i++) data[i] = this.table[block.data[i]!]!
    else this.mixed(block.data, data)
    return { ...block, data }
  }

  /** Each colour between the eight of the table about it. */
  private mixed(from: Uint8Array, to: Uint8Array): void {
    const { table } = this
    const scale = (steps - 1) / 255
    for (let i = 0; i < from.length; i += 3) {
      const [r, g, b] = [from[i]! * scale, from[i + 1]! * scale, from[i + 2]! * scale]
      const [r0, g0, b0] = [
        Math.min(steps - 2, Math.floor(r)),
        Math.min(steps - 2, Math.floor(g)),
        Math.min(steps - 2, Math.floor(b)),
      ]
      const [x, y, z] = [r - r0, g - g0, b - b0]
      const at = ((r0 * steps + g0) * steps + b0) * 3
      for (let c = 0; c < 3; c++) {
        const along = (corner: number) => {
          const low = table[corner + c]!
          return low + z * (table[corner + c + 3]! - low)
        }
        const across = (corner: number) => {
          const low = along(corner)
          return low + y * (along(corner + 3 * steps) - low)
        }
        const low = across(at)
        to[i + c] = Math.round(low + x * (across(at + 3 * steps * steps) - low))
      }
    }
  }
}

/** Undefined where nothing says what the colours are, or they are converted when the picture is read. */
async function profileIn({ format, input, path }: PreparedImage): Promise<Buffer | undefined> {
  if (format === 'bmp') return undefined
  if (isForeign(format)) return profileOf(format, path)
  const { icc, space } = await sharp(input, { ...readingOptions(format), failOn: 'none' }).metadata()
  return isConverted(space) ? undefined : icc
}

function greys() {
  return { width: 256, height: 1, channels: 1 as const, data: Uint8Array.from({ length: 256 }, (_, i) => i) }
}

function grid() {
  const level = (step: number) => Math.round((step * 255) / (steps - 1))
  const data = new Uint8Array(steps ** 3 * 3)
  for (let i = 0; i < steps ** 3; i++)
    data.set(
      [level(Math.floor(i / steps ** 2)), level(Math.floor(i / steps) % steps), level(i % steps)],
      3 * i,
    )
  return { width: steps ** 2, height: steps, channels: 3 as const, data }
}

/** The first channels of each pixel. */
function firstChannels(data: Uint8Array, channels: number, wanted: number): Uint8Array {
  if (channels === wanted) return data
  const count = data.length / channels
  return Uint8Array.from(
    { length: count * wanted },
    (_, i) => data[Math.floor(i / wanted) * channels + (i % wanted)]!,
  )
}
