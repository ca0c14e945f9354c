import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { randomNumbers } from './randomNumbers'

/** A picture: `pixel` gives its channels, 0..255, 1 to 4 of them. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly pixel: (x: number, y: number) => readonly number[]
}

/** Writes a picture in the format that the name ends in. */
export async function writePicture(
  folder: string,
  name: string,
  { width, height, pixel }: Picture,
): Promise<void> {
  const bytes: number[] = []
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) bytes.push(...pixel(x, y))
  const channels = (bytes.length / (width * height)) as 1 | 2 | 3 | 4
  const path = join(folder, name)
  await mkdir(dirname(path), { recursive: true })
  await sharp(Uint8Array.from(bytes), { raw: { width, height, channels } }).toFile(path)
}

type Drawing = { readonly width: number; readonly height?: number; readonly colors?: number[][] }

/** A bright rectangle on a dark ground: another one for each seed. */
export function drawing(seed: number, { width, height = width, colors = [[0], [230]] }: Drawing): Picture {
  const random = randomNumbers(seed)
  const [left, top] = [random() * 0.5 * width, random() * 0.5 * height]
  const [right, bottom] = [left + (0.2 + 0.3 * random()) * width, top + (0.2 + 0.3 * random()) * height]
  const [ground, ink] = colors as [number[], number[]]
  const isInside = (x: number, y: number) => x >= left && x < right && y >= top && y < bottom
  return { width, height, pixel: (x, y) => (isInside(x, y) ? ink : ground) }
}

/** A light that falls off, with grain in each pixel: no two neighbours are alike. */
export function photograph(seed: number, width: number, height: number, channels: 1 | 3 = 3): Picture {
  const random = randomNumbers(seed)
  const [a, b] = [random() * 6, random() * 6]
  return {
    width,
    height,
    pixel: (x, y) => {
      const light = 110 + 60 * Math.sin(a + (4 * x) / width) * Math.cos(b + (3 * y) / height)
      const grain = 70 * (random() - 0.5)
      return channels === 1 ? [light + grain] : [light + grain + 30, light + grain, light + grain - 30]
    },
  }
}

/** Writes so many pictures as 0.png, 1.png and so on. */
export async function writePictures(
  folder: string,
  count: number,
  picture: (i: number) => Picture,
): Promise<string> {
  for (let i = 0; i < count; i++) await writePicture(folder, `${i}.png`, picture(i))
  return folder
}
