import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { sharp } from '../../base/sharp'
import { sampleResources } from '../../store/builtFiles'
import type { SamplePainter } from './samplePainter'
import { randomFor } from './seededRandom'

/** Sides of the squares that are cut out, in pixels: from details to nearly all of a photograph. */
const cuts = { smallest: 96, largest: 224 }

/**
 * The photographs that come with Hourglass, one folder a subject: first each as it is, and after that squares cut out of
 * them at random places, some of them mirrored. resources/sample/PHOTOGRAPHS.md names authors and licences.
 */
export async function openPhotographPainter(): Promise<SamplePainter> {
  const files = await photographFiles()
  const fileOf = (i: number) => files[i % files.length]!
  return {
    extension: 'jpg',
    together: 8,
    labelOf: (i) => basename(dirname(fileOf(i))),
    paint: (numbers, seed) =>
      Promise.all(numbers.map((i) => (i < files.length ? readFile(fileOf(i)) : cutOut(fileOf(i), seed, i)))),
  }
}

/** Absolute paths, in one order everywhere. */
export async function photographFiles(): Promise<string[]> {
  const folder = join(sampleResources(), 'photographs')
  const names = await readdir(folder, { recursive: true })
  return names
    .filter((name) => name.endsWith('.jpg'))
    .map((name) => join(folder, name))
    .sort((a, b) => (basename(a) < basename(b) ? -1 : 1))
}

async function cutOut(path: string, seed: number, i: number): Promise<Buffer> {
  const random = randomFor(seed, `photograph ${i}`)
  const size = uniformInt(random, cuts.smallest, cuts.largest)
  const { width, height } = await sharp(path).metadata()
  const [left, top] = [width, height].map((length) => uniformInt(random, 0, length - size)) as [
    number,
    number,
  ]
  const square = sharp(path).extract({ left, top, width: size, height: size })
  if (uniformFloat64(random) < 0.5) square.flop()
  return square.jpeg({ quality: 92 }).toBuffer()
}
