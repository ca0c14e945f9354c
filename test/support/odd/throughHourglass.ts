import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { prepareImage } from '../../../src/main/features/pictures/prepareImage'
import { reasonOf } from '../../../src/main/features/pictures/unusableImage'
import { type Picture, readPicture } from '../../../src/main/features/pictures/readPicture'
import { newExtension, writePicture } from '../../../src/main/features/pictures/writePicture'
import { Chooser } from './chooser'
import { oddPng } from './oddPngs'
import type { OddPicture } from './oddPicture'
import { oddTiff } from './oddTiffs'

export const oddPictures = (seed: number, count: number): OddPicture[] =>
  Array.from({ length: count }, (_, i) => {
    const choose = new Chooser(seed + i)
    const made = choose.chance(0.75) ? oddTiff(choose) : oddPng(choose)
    return { ...made, name: `${seed + i}-${made.name}` }
  })

export interface Passed {
  readonly odd: OddPicture
  readonly path: string
  /** Null where it was refused. */
  readonly out: string | null
  readonly picture: Picture | null
  readonly refusal: string | null
}

/** Read and written again with nothing changed. What is refused says why; what is a bug is thrown. */
export async function throughHourglass(odd: OddPicture, folder: string): Promise<Passed> {
  const [before, after] = [join(folder, 'before'), join(folder, 'after')]
  await Promise.all([before, after].map((one) => mkdir(one, { recursive: true })))
  const path = join(before, odd.name)
  await writeFile(path, odd.bytes)
  try {
    const original = await prepareImage(path)
    const picture = await readPicture(original)
    const ending = newExtension(picture)
    const out = join(after, ending ? `${odd.name}${ending}` : odd.name)
    await writePicture(original, picture, picture.pixels, out)
    return { odd, path, out, picture, refusal: null }
  } catch (error) {
    return { odd, path, out: null, picture: null, refusal: reasonOf(error) }
  }
}

/** All values of a picture, those of channels beyond colour too. */
export function valuesOf({ pixels, floats, extra, channels }: Picture): ArrayLike<number> {
  const values = floats?.values ?? pixels
  if (!extra) return values
  const all = channels + extra.channels
  const joined = new Float64Array((values.length / channels) * all)
  for (let i = 0, at = 0; at < joined.length; i++) {
    for (let c = 0; c < channels; c++) joined[at++] = values[i * channels + c]!
    for (let c = 0; c < extra.channels; c++) joined[at++] = extra.pixels[i * extra.channels + c]!
  }
  return joined
}

/** What a picture has otherwise than it was made; null where it is right. */
export function differenceOf(picture: Picture, { truth }: OddPicture): string | null {
  const shape = ({ pages, width, height }: Picture | OddPicture['truth']) => `${pages}p ${width}x${height}`
  if (shape(picture) !== shape(truth)) return `${shape(picture)} for ${shape(truth)}`
  if (!truth.values) return null
  const channels = picture.channels + (picture.extra?.channels ?? 0)
  if (channels !== truth.channels) return `${channels} channels for ${truth.channels}`
  const values = valuesOf(picture)
  const at = truth.values.findIndex((value, i) => !Object.is(Number(values[i]) + 0, value + 0))
  return at < 0 ? null : `value ${at} is ${values[at]} for ${truth.values[at]}`
}
