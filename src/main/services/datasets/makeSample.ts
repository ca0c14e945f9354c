import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { CancelledError } from '../../../shared/errors'
import { explainFileError } from '../../store/fileErrors'
import { makeFolder } from '../../store/makeFolder'
import { decodesAtOnce } from './decodeImage'
import { mapOrdered } from './mapOrdered'
import { claimSampleFolder, removeSample, sampleFileName } from './sampleFolder'
import { drawGlyph, glyphSide, loadFaces, sampleLabels, softnessFilters, type Face } from './sampleGlyphs'
import { throttle } from './throttle'

export interface SampleRequest {
  /** A new or empty folder, or an earlier sample, which is replaced. */
  out: string
  count: number
  seed: number
  signal?: AbortSignal
  /** At most every 100 ms, and at the end. */
  onProgress?: (progress: { done: number; total: number }) => void
}

/** Glyphs are drawn on sheets of this many rows and columns, since starting the renderer costs more than a glyph. */
const sheetSide = 8

/**
 * Draws digits and capital letters, 28 × 28 grey PNG files, in one folder a label. The same seed gives the same images.
 * @throws ExpectedError when `out` holds anything else or cannot be written
 * @throws CancelledError after an abort; what was drawn is removed
 */
export async function makeSample({ out, count, seed, signal, onProgress }: SampleRequest): Promise<void> {
  await claimSampleFolder(out, { count, seed })
  const drawing = new Set<Promise<number>>()
  try {
    for (const label of sampleLabels.slice(0, count)) await makeFolder(join(out, label))
    const faces = await loadFaces()
    const report = throttle(onProgress)
    let done = 0
    const work = (numbers: number[]) => {
      const sheet = drawSheet(out, faces, numbers, seed, signal)
      drawing.add(sheet)
      return sheet.finally(() => drawing.delete(sheet))
    }
    for await (const drawn of mapOrdered(sheets(count), work, { width: decodesAtOnce }, signal)) {
      done += drawn
      report({ done, total: count })
    }
    report.last({ done, total: count })
  } catch (error) {
    // Sheets still under way would write into folders that are being removed.
    await Promise.allSettled(drawing)
    await removeSample(out)
    if (!signal?.aborted) throw explainFileError(error, out)
    throw new CancelledError(
      `Drawing was stopped and what was drawn is removed. Run the same command again to draw.`,
    )
  }
}

function* sheets(count: number): Generator<number[], void, undefined> {
  const size = sheetSide ** 2
  for (let first = 0; first < count; first += size) {
    yield Array.from({ length: Math.min(size, count - first) }, (_, k) => first + k)
  }
}

async function drawSheet(
  out: string,
  faces: Face[],
  numbers: number[],
  seed: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const side = sheetSide * glyphSide
  const glyphs = numbers.map((i, k) => {
    const x = (k % sheetSide) * glyphSide
    const y = Math.floor(k / sheetSide) * glyphSide
    const glyph = drawGlyph(faces, labelOf(i), seed, i)
    // A viewport of its own: what sticks out of the field is cut off.
    return `<svg x="${x}" y="${y}" width="${glyphSide}" height="${glyphSide}">${glyph}</svg>`
  })
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}">${softnessFilters}${glyphs.join('')}</svg>`
  const sheet = await sharp(Buffer.from(svg))
    .flatten({ background: '#000' })
    .toColourspace('b-w')
    .raw()
    .toBuffer()
  for (const [k, i] of numbers.entries()) {
    signal?.throwIfAborted()
    const field = cutField(sheet, side, k)
    const png = await sharp(field, { raw: { width: glyphSide, height: glyphSide, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toBuffer()
    await writeFile(join(out, labelOf(i), sampleFileName(i)), png)
  }
  return numbers.length
}

function cutField(sheet: Uint8Array, side: number, k: number): Uint8Array {
  const field = new Uint8Array(glyphSide ** 2)
  const corner = (Math.floor(k / sheetSide) * side + (k % sheetSide)) * glyphSide
  for (let y = 0; y < glyphSide; y++) {
    field.set(sheet.subarray(corner + y * side, corner + y * side + glyphSide), y * glyphSide)
  }
  return field
}

function labelOf(i: number): string {
  return sampleLabels[i % sampleLabels.length]!
}
