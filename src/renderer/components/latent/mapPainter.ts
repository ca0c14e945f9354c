/** Points beyond this number are drawn without soft edges. */
const mostSoft = 150_000
const none = -1

export interface Scene {
  /** Two numbers a point, in pixels of the canvas; NaN for a point that has no place. */
  readonly screen: Float32Array
  /** Of each point, larger is nearer; null where all lie in the plane. */
  readonly depth: Float32Array | null
  /** 0 for points that are not drawn; null draws all. */
  readonly visible: Uint8Array | null
  /** As words of RGBA bytes, little-endian. */
  readonly colours: Uint32Array
  /** Drawn over the others. */
  readonly raised: Uint8Array | null
  readonly radius: number
  readonly background: number
  /** Only so many of the points. */
  readonly most: number
}

/** A pixel of a dot: how far from its middle, and how much of it the dot covers, 0..255. */
interface Stamp {
  readonly radius: number
  readonly dx: Int8Array
  readonly dy: Int8Array
  readonly cover: Uint8Array
}

/**
 * Points as pixels. Beside the picture it keeps which point is at each pixel, so that the one under the pointer is known
 * at once, however many there are. Drawn by the processor: with software rendering that is more than ten times as fast
 * as WebGL.
 */
export class MapPainter {
  width = 0
  height = 0
  /** RGBA words. */
  pixels = new Uint32Array(0)
  private points = new Int32Array(0)
  private nearness = new Float32Array(0)

  resize(width: number, height: number): void {
    if (width === this.width && height === this.height) return
    Object.assign(this, { width, height })
    this.pixels = new Uint32Array(width * height)
    this.points = new Int32Array(width * height)
    this.nearness = new Float32Array(0)
  }

  paint(scene: Scene): void {
    const { screen, depth, visible, raised, background, radius } = scene
    this.pixels.fill(background)
    this.points.fill(none)
    if (depth) {
      if (this.nearness.length === 0) this.nearness = new Float32Array(this.pixels.length)
      this.nearness.fill(-Infinity)
    }
    const count = screen.length / 2
    const stamp = count <= mostSoft ? softStamp(radius) : hardStamp(radius)
    for (let pass = 0; pass < (raised ? 2 : 1); pass++) {
      for (let i = 0; i < Math.min(count, scene.most); i++) {
        if (visible && visible[i] === 0) continue
        if (raised && raised[i] !== pass) continue
        this.dot(i, scene, stamp)
      }
    }
  }

  /** The point that is drawn nearest to a pixel, no farther than `reach` pixels from it. */
  at(x: number, y: number, reach: number): number | null {
    let found: number | null = null
    let least = reach * reach + 1
    for (let dy = -reach; dy <= reach; dy++) {
      for (let dx = -reach; dx <= reach; dx++) {
        const far = dx * dx + dy * dy
        const [column, row] = [Math.round(x) + dx, Math.round(y) + dy]
        if (far >= least || column < 0 || row < 0 || column >= this.width || row >= this.height) continue
        const point = this.points[row * this.width + column]!
        if (point !== none) [found, least] = [point, far]
      }
    }
    return found
  }

  private dot(i: number, { screen, depth, colours }: Scene, { radius, dx, dy, cover }: Stamp): void {
    const { width, height, pixels, points, nearness } = this
    const x = Math.round(screen[2 * i]!)
    const y = Math.round(screen[2 * i + 1]!)
    // Also false for NaN.
    if (!(x >= radius && y >= radius && x < width - radius && y < height - radius)) return
    const colour = colours[i]!
    const near = depth ? depth[i]! : 0
    const middle = y * width + x
    for (let k = 0; k < cover.length; k++) {
      const at = middle + dy[k]! * width + dx[k]!
      if (depth) {
        if (nearness[at]! > near) continue
        nearness[at] = near
      }
      const share = cover[k]!
      if (share === 255) pixels[at] = colour
      else pixels[at] = mixed(pixels[at]!, colour, share)
      if (share > 100) points[at] = i
    }
  }
}

/** `over` on `under` by `share` of 255. */
export function mixed(under: number, over: number, share: number): number {
  const keep = 255 - share
  const red = ((over & 0xff) * share + (under & 0xff) * keep) >> 8
  const green = (((over >> 8) & 0xff) * share + ((under >> 8) & 0xff) * keep) >> 8
  const blue = (((over >> 16) & 0xff) * share + ((under >> 16) & 0xff) * keep) >> 8
  return (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0
}

const softStamps = new Map<number, Stamp>()

function softStamp(radius: number): Stamp {
  let stamp = softStamps.get(radius)
  if (!stamp) softStamps.set(radius, (stamp = stampOf(radius, true)))
  return stamp
}

const hardStamp = (radius: number) => stampOf(radius, false)

function stampOf(radius: number, soft: boolean): Stamp {
  const reach = Math.ceil(radius + (soft ? 0.5 : 0))
  const pixels: { dx: number; dy: number; cover: number }[] = []
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const inside = radius + 0.5 - Math.hypot(dx, dy)
      const cover = soft ? Math.round(255 * Math.min(1, Math.max(0, inside))) : inside > 0.3 ? 255 : 0
      if (cover > 0) pixels.push({ dx, dy, cover })
    }
  }
  return {
    radius: reach,
    dx: Int8Array.from(pixels, (pixel) => pixel.dx),
    dy: Int8Array.from(pixels, (pixel) => pixel.dy),
    cover: Uint8Array.from(pixels, (pixel) => pixel.cover),
  }
}
