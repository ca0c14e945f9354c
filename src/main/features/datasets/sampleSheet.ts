import { sharp } from '../../base/sharp'

/** Drawings go on sheets of this many rows and columns, since starting the renderer costs more than a drawing. */
const sheetSide = 8
export const drawingsASheet = sheetSide ** 2

export interface SheetDrawings {
  /** SVG, one for each field. */
  readonly drawings: readonly string[]
  /** Pixels of a field. */
  readonly side: number
  readonly channels: 1 | 3
  /** What drawings refer to, such as filters. */
  readonly definitions?: string
}

/** Draws SVG on one sheet and cuts it into a PNG file for each field. */
export async function drawSheet({
  drawings,
  side,
  channels,
  definitions = '',
}: SheetDrawings): Promise<Buffer[]> {
  const length = sheetSide * side
  const fields = drawings.map((drawing, k) => {
    const x = (k % sheetSide) * side
    const y = Math.floor(k / sheetSide) * side
    // A viewport of its own: what sticks out of the field is cut off.
    return `<svg x="${x}" y="${y}" width="${side}" height="${side}">${drawing}</svg>`
  })
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${length}" height="${length}">${definitions}${fields.join('')}</svg>`
  const sheet = await sharp(Buffer.from(svg))
    .flatten({ background: '#000' })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer()
  return Promise.all(drawings.map((_, k) => pixelsToPng(cutField(sheet, side, channels, k), side, channels)))
}

/** Pixels, side × side × channels, as a PNG file. */
export async function pixelsToPng(pixels: Uint8Array, side: number, channels: 1 | 3): Promise<Buffer> {
  return sharp(pixels, { raw: { width: side, height: side, channels } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png()
    .toBuffer()
}

function cutField(sheet: Uint8Array, side: number, channels: number, k: number): Uint8Array {
  const row = side * channels
  const field = new Uint8Array(side * row)
  const corner = (Math.floor(k / sheetSide) * side * sheetSide + (k % sheetSide)) * row
  for (let y = 0; y < side; y++) {
    const from = corner + y * sheetSide * row
    field.set(sheet.subarray(from, from + row), y * row)
  }
  return field
}
