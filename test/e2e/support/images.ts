import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'

/** A folder of small pictures in folders that are their labels: bright discs and bars at places that differ. */
export async function makeImages(folder: string, count = 240, labels = ['discs', 'bars']): Promise<string> {
  for (const label of labels) await mkdir(join(folder, label), { recursive: true })
  await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const label = labels[i % labels.length]!
      await sharp(drawn(i, label === labels[0]), { raw: { width: 28, height: 28, channels: 1 } })
        .png()
        .toFile(join(folder, label, `${label}-${i}.png`))
    }),
  )
  return folder
}

function drawn(i: number, isDisc: boolean): Uint8Array {
  const x = 8 + ((i * 7) % 13)
  const y = 8 + ((i * 5) % 13)
  const radius = 3 + (i % 4)
  return Uint8Array.from({ length: 28 * 28 }, (_, at) => {
    const dx = (at % 28) - x
    const dy = Math.floor(at / 28) - y
    return (isDisc ? dx * dx + dy * dy < radius * radius : Math.abs(dx) < 2 && Math.abs(dy) < 8) ? 230 : 20
  })
}

/** Files that call themselves images and are none. */
export async function makeBrokenImages(folder: string, count = 3): Promise<string> {
  await mkdir(folder, { recursive: true })
  for (let i = 0; i < count; i++) await writeFile(join(folder, `broken-${i}.png`), 'This is no picture.')
  return folder
}

/** A folder of small photographs in colour: soft hills of light that differ in place and colour, with grain. */
export async function makePhotos(folder: string, count: number): Promise<string> {
  await mkdir(folder, { recursive: true })
  const [width, height] = [120, 90]
  for (let i = 0; i < count; i++) {
    const pixels = Uint8Array.from({ length: 3 * width * height }, (_, at) => {
      const channel = at % 3
      const x = Math.floor(at / 3) % width
      const y = Math.floor(at / 3 / width)
      const hill = Math.sin((x + 13 * i) / (17 + 5 * channel)) * Math.cos((y - 7 * i) / (21 - 4 * channel))
      return 128 + 80 * hill + ((7919 * at) % 23) - 11
    })
    await sharp(pixels, { raw: { width, height, channels: 3 } })
      .jpeg({ quality: 88 })
      .toFile(join(folder, `photo-${i}.jpg`))
  }
  return folder
}
