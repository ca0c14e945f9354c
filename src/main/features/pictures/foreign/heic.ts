import { createRequire } from 'node:module'
import type { ForeignDecoder, ForeignPixels } from './messages'

type Handle = object
interface Plane {
  readonly id: unknown
  readonly width: number
  readonly height: number
  /** Bytes from a row to the next. */
  readonly stride: number
  readonly data: Uint8Array
  readonly bits_per_pixel: number
}

/** Of libheif-js: functions of libheif's own interface, and two that its wrapper adds. */
interface LibHeif {
  heif_context_alloc(): object
  heif_context_free(context: object): void
  heif_context_read_from_memory(context: object, file: Uint8Array): { code: unknown; message: string }
  heif_context_get_primary_image_handle(context: object): Handle & { code?: unknown; message?: string }
  heif_image_handle_release(handle: Handle): void
  heif_image_handle_get_width(handle: Handle): number
  heif_image_handle_get_height(handle: Handle): number
  heif_image_handle_has_alpha_channel(handle: Handle): number
  heif_js_decode_image2(
    handle: Handle,
    colorspace: unknown,
    chroma: unknown,
  ): { code?: unknown; message?: string; image: object; channels: Plane[] }
  heif_image_release(image: object): void
  readonly heif_error_code: { readonly heif_error_Ok: unknown }
  readonly heif_colorspace: { readonly heif_colorspace_RGB: unknown }
  readonly heif_channel: { readonly heif_channel_interleaved: unknown }
  readonly heif_chroma: Record<
    `heif_chroma_interleaved_${'RGB' | 'RGBA' | 'RRGGBB_LE' | 'RRGGBBAA_LE'}`,
    unknown
  >
}

const fromHere = createRequire(import.meta.url)

/** The primary picture, in a context that lasts as long as `use`. */
function withPrimary<T>(file: Buffer, use: (heif: LibHeif, handle: Handle) => T): T {
  const heif = fromHere('libheif-js/wasm-bundle') as LibHeif
  const context = heif.heif_context_alloc()
  try {
    const read = heif.heif_context_read_from_memory(context, file)
    if (read.code !== heif.heif_error_code.heif_error_Ok) throw new Error(read.message)
    const handle = heif.heif_context_get_primary_image_handle(context)
    if (handle.code !== undefined) throw new Error(handle.message ?? 'it holds no picture')
    try {
      return use(heif, handle)
    } finally {
      heif.heif_image_handle_release(handle)
    }
  } finally {
    heif.heif_context_free(context)
  }
}

function decode(file: Buffer): ForeignPixels {
  return withPrimary(file, (heif, handle) => {
    const channels = heif.heif_image_handle_has_alpha_channel(handle) ? 4 : 3
    const isDeep = isDeepHevc(file)
    const chroma =
      `heif_chroma_interleaved_${isDeep ? (channels === 4 ? 'RRGGBBAA_LE' : 'RRGGBB_LE') : channels === 4 ? 'RGBA' : 'RGB'}` as const
    const decoded = heif.heif_js_decode_image2(
      handle,
      heif.heif_colorspace.heif_colorspace_RGB,
      heif.heif_chroma[chroma],
    )
    if (!decoded || decoded.code !== undefined)
      throw new Error(decoded?.message ?? 'libheif cannot decode this picture')
    try {
      const plane = decoded.channels.find(({ id }) => id === heif.heif_channel.heif_channel_interleaved)
      if (!plane) throw new Error('libheif gave no pixels')
      const { width, height } = plane
      const rows = withoutPadding(plane, width * channels * (isDeep ? 2 : 1))
      const pixels = isDeep ? inSixteenBits(rows, plane.bits_per_pixel) : rows
      return { width, height, channels, pixels, remark: null }
    } finally {
      heif.heif_image_release(decoded.image)
    }
  })
}

/** Bytes of an HEVC configuration up to the bits of brightness, of which its last three bits are those beyond 8 (ISO/IEC 14496-15). */
const depthAt = 17

/** Whether one of the pictures in a file has more than 8 bits. Its library does not tell. */
function isDeepHevc(file: Buffer): boolean {
  for (let at = file.indexOf('hvcC', 0, 'latin1'); at >= 0; at = file.indexOf('hvcC', at + 4, 'latin1'))
    if (((file[at + 4 + depthAt] ?? 0) & 7) > 0) return true
  return false
}

function withoutPadding({ data, height, stride }: Plane, rowBytes: number): Uint8Array {
  const rows = new Uint8Array(rowBytes * height)
  for (let y = 0; y < height; y++) rows.set(data.subarray(y * stride, y * stride + rowBytes), y * rowBytes)
  return rows
}

function inSixteenBits(rows: Uint8Array, bits: number): Uint16Array {
  const words = new Uint16Array(rows.buffer)
  const scale = 65_535 / (2 ** bits - 1)
  return words.map((value) => Math.round(value * scale))
}

/** HEIC and HEIF, turned and cropped as the file says. */
export const heicDecoder: ForeignDecoder = {
  size: async (file) =>
    withPrimary(file, (heif, handle) => ({
      width: heif.heif_image_handle_get_width(handle),
      height: heif.heif_image_handle_get_height(handle),
    })),
  pixels: async (file) => decode(file),
  preview: async (file) => decode(file),
}
