import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { sharp } from '../../base/sharp'
import { randomStream, type Random } from '../../engine/training/random'
import { makeFolder } from '../../store/makeFolder'
import { writeFileAtomic } from '../../store/atomicWrite'
import { findImages } from '../../features/datasets/findImages'

/** Height and width of a tile, in pixels. */
export const tileSide = 160

/** Photographs are made smaller before they are cut, so that neither their noise nor what compression left is learned. */
const smallPhotograph = { below: 1000, shrink: 2 }
const longSide = 1280
const mostTiles = 16
/** Of text and line art. */
const drawings = 160

/**
 * Cuts photographs into tiles and draws some text and line art beside them: what the denoiser for cameras is trained on.
 * Tiles that are all there are not made again.
 *
 * @param folders with photographs
 * @param out gets the tiles as PNG files
 */
export async function makeCameraTiles(folders: readonly string[], out: string): Promise<void> {
  const whole = join(out, 'whole')
  if (existsSync(whole)) return
  await makeFolder(out)
  const { images } = await findImages([...folders], { labels: 'none' })
  for (const [number, image] of images.entries()) {
    if (image.kind !== 'file') continue
    await cutPhotograph(image.absolute, join(out, String(number).padStart(4, '0')), randomStream(1, number))
  }
  for (let number = 0; number < drawings; number++)
    await sharp(Buffer.from(drawingSvg(randomStream(2, number))))
      .resize(tileSide, tileSide)
      .flatten({ background: 'white' })
      .png()
      .toFile(join(out, `drawing-${number}.png`))
  await writeFileAtomic(whole, '')
}

/** All tiles, count × side × side × 3 bytes. */
export async function readTiles(folder: string): Promise<Uint8Array<ArrayBuffer>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.png')).toSorted()
  const size = tileSide * tileSide * 3
  const tiles = new Uint8Array(names.length * size)
  for (const [i, name] of names.entries())
    tiles.set(await sharp(join(folder, name)).removeAlpha().toColourspace('srgb').raw().toBuffer(), i * size)
  return tiles
}

async function cutPhotograph(path: string, stem: string, random: Random): Promise<void> {
  const { width, height } = await sharp(path).metadata()
  const side = Math.max(width, height)
  const shrink = side < smallPhotograph.below ? smallPhotograph.shrink : Math.max(2, side / longSide)
  const [w, h] = [Math.floor(width / shrink), Math.floor(height / shrink)]
  if (Math.min(w, h) < tileSide) return
  const small = await sharp(path)
    .resize(w, h, { fit: 'fill' })
    .toColourspace('srgb')
    .removeAlpha()
    .png()
    .toBuffer()
  const count = Math.min(mostTiles, Math.floor((w * h) / tileSide ** 2))
  for (let i = 0; i < count; i++) {
    const place = { left: random.below(w - tileSide + 1), top: random.below(h - tileSide + 1) }
    await sharp(small)
      .extract({ ...place, width: tileSide, height: tileSide })
      .png()
      .toFile(`${stem}-${i}.png`)
  }
}

const words =
  'light noise pixel camera learning autoencoder tied weights latent space image 0123 hourglass sand'.split(
    ' ',
  )

/** Lines of text, or lines and shapes, in colours of any contrast. */
function drawingSvg(random: Random): string {
  const color = () => `rgb(${random.below(256)},${random.below(256)},${random.below(256)})`
  const isInk = random.uniform() < 0.6
  const paper = isInk ? 'white' : color()
  const place = () => random.below(tileSide)
  const parts: string[] = []
  if (random.uniform() < 0.5) {
    const size = 8 + random.below(24)
    const family = ['sans-serif', 'serif', 'monospace'][random.below(3)]
    for (let y = size; y < tileSide + size; y += Math.round(1.3 * size)) {
      const text = Array.from({ length: 8 }, () => words[random.below(words.length)]).join(' ')
      const fill = isInk ? 'black' : color()
      parts.push(
        `<text x="4" y="${y}" font-size="${size}" font-family="${family}" fill="${fill}">${text}</text>`,
      )
    }
  } else
    for (let i = 0; i < 12; i++) {
      const ink = isInk ? 'black' : color()
      const thickness = 0.5 + 3 * random.uniform()
      const line = `stroke="${ink}" stroke-width="${thickness.toFixed(1)}"`
      const shapes = [
        `<line x1="${place()}" y1="${place()}" x2="${place()}" y2="${place()}" ${line}/>`,
        `<circle cx="${place()}" cy="${place()}" r="${5 + random.below(40)}" fill="none" ${line}/>`,
        `<rect x="${place()}" y="${place()}" width="${10 + random.below(60)}" height="${10 + random.below(60)}" fill="${isInk ? 'none' : color()}" ${line}/>`,
      ]
      parts.push(shapes[random.below(3)]!)
    }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${tileSide}" height="${tileSide}"><rect width="100%" height="100%" fill="${paper}"/>${parts.join('')}</svg>`
}
