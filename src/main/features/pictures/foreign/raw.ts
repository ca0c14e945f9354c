import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { LibRaw } from 'libraw-wasm/dist/libraw.js'
import type { ForeignDecoder, ForeignPixels } from './messages'

const fromHere = createRequire(import.meta.url)
async function load() {
  const { default: create } = await import('libraw-wasm/dist/libraw.js')
  const wasmBinary = await readFile(fromHere.resolve('libraw-wasm/dist/libraw.wasm'))
  return create({ wasmBinary, printErr: () => undefined })
}

let library: ReturnType<typeof load> | null = null

/**
 * White balance as the camera set it, colours of sRGB, its curve (IEC 61966-2-1: power and slope at black, and four numbers
 * that LibRaw computes), 16 bits, no brightening by what is in the picture.
 */
const developed = {
  useCameraWb: true,
  outputColor: 1,
  outputBps: 16,
  noAutoBright: true,
  gamm: [1 / 2.4, 12.92, 0, 0, 0, 0],
}

async function withRaw<T>(file: Buffer, settings: object, use: (raw: LibRaw) => T): Promise<T> {
  const { LibRaw } = await (library ??= load())
  const raw = new LibRaw()
  try {
    raw.open(Uint8Array.from(file), { ...settings })
    return use(raw)
  } catch (error) {
    if (error instanceof Error) throw error
    const why = 'LibRaw cannot decode this raw file: it is damaged, or of a camera that it does not know'
    throw new Error(why, { cause: error })
  } finally {
    raw.delete()
  }
}

function pixelsOf(raw: LibRaw): ForeignPixels {
  const { width, height, colors, data } = raw.imageData()
  if (colors !== 1 && colors !== 3) throw new Error(`${colors} colours of a sensor are not supported`)
  return { width, height, channels: colors, pixels: data.slice(), remark: null }
}

const isJpeg = (bytes: Uint8Array) => bytes[0] === 0xff && bytes[1] === 0xd8

/** The raw files of cameras, upright. */
export const rawDecoder: ForeignDecoder = {
  size: (file) =>
    withRaw(file, developed, (raw) => {
      const { width, height } = raw.metadata(false)
      return { width, height }
    }),
  pixels: (file) => withRaw(file, developed, pixelsOf),
  preview: (file) =>
    withRaw(file, { ...developed, outputBps: 8, halfSize: true }, (raw) => {
      const { flip } = raw.metadata(false)
      const thumbnail = thumbnailOf(raw)
      if (thumbnail && isJpeg(thumbnail)) return { jpeg: thumbnail, turns: turnsOf[flip] ?? 0 }
      return pixelsOf(raw)
    }),
}

/** What LibRaw calls a flip, in quarters of a turn clockwise. */
const turnsOf: Record<number, number> = { 3: 2, 5: 3, 6: 1 }

function thumbnailOf(raw: LibRaw): Uint8Array | null {
  try {
    return raw.thumbnailData()?.data.slice() ?? null
  } catch {
    return null // There is none, or none that it can read.
  }
}
