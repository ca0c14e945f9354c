import type { Random } from '../training/random'

interface Size {
  readonly height: number
  readonly width: number
}

/**
 * Pixels that are missing: rectangles, strokes of a brush, and specks, until there are as many as wanted.
 *
 * @param share of the pixels, 0..1
 * @returns height × width, 1 where a pixel is missing; round(share · height · width) of them
 */
export function missingPixels({ height, width }: Size, share: number, random: Random): Uint8Array {
  const mask = new Uint8Array(height * width)
  let left = Math.round(share * mask.length)
  const take = (x: number, y: number): void => {
    if (left === 0 || x < 0 || y < 0 || x >= width || y >= height) return
    const at = y * width + x
    if (mask[at] === 1) return
    mask[at] = 1
    left -= 1
  }
  // An image has mostly one kind, as damage does.
  const usual = random.uniform()
  while (left > 0) {
    const kind = random.uniform() < 0.8 ? usual : random.uniform()
    if (kind < 0.35) rectangle({ height, width }, random, take)
    else if (kind < 0.85) stroke({ height, width }, random, take)
    else take(random.below(width), random.below(height))
  }
  return mask
}

type Take = (x: number, y: number) => void

function rectangle({ height, width }: Size, random: Random, take: Take): void {
  const most = Math.max(2, Math.min(24, Math.round(Math.min(height, width) / 3)))
  const [h, w] = [1 + random.below(most), 1 + random.below(most)]
  const [top, left] = [random.below(height + h) - h, random.below(width + w) - w]
  for (let y = top; y < top + h; y++) for (let x = left; x < left + w; x++) take(x, y)
}

/** Of a round brush, along a path that bends. */
function stroke({ height, width }: Size, random: Random, take: Take): void {
  const side = Math.min(height, width)
  const thickness = 1 + random.uniform() * Math.max(2, Math.min(10, side / 6))
  let [x, y] = [random.uniform() * width, random.uniform() * height]
  let angle = 2 * Math.PI * random.uniform()
  const steps = Math.round(side * (0.3 + random.uniform()))
  const reach = Math.ceil(thickness / 2)
  for (let step = 0; step < steps; step++) {
    for (let dy = -reach; dy <= reach; dy++)
      for (let dx = -reach; dx <= reach; dx++)
        if (dx * dx + dy * dy <= (thickness * thickness) / 4) take(Math.round(x) + dx, Math.round(y) + dy)
    x += Math.cos(angle)
    y += Math.sin(angle)
    angle += 0.3 * (random.uniform() - 0.5)
  }
}
