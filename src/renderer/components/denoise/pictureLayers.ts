import type { ViewRectangle } from '../../../shared/api/denoising'
import type { PixelBlock } from '../../../shared/api/library'
import type { Patch, SeenView } from '../../composables/usePictureView'
import { type Mix, mixPixels } from '../../../shared/mixPixels'
import { mixWithMask } from '../../../shared/mixWithMask'
import { factorRows, type PictureSize, type StrengthMask } from '../../../shared/strengthMask'
import { imageDataOf } from '../images/drawPixels'

export const viewModes = ['split', 'side', 'result', 'original', 'difference', 'error'] as const
export type ViewMode = (typeof viewModes)[number]

/** Differences are too faint to see as they are. */
const differenceGain = 4
const middle = 128

/** What was painted over a picture. */
export interface Painted {
  readonly mask: StrengthMask
  /** Of the picture. */
  readonly size: PictureSize
  /** What the model makes of it with more taken away; null where nothing asks for it, or it is not there yet. */
  readonly stronger: SeenView | null
}

/** What can be drawn of a view. Each layer is made when it is first asked for. */
export class PictureLayers {
  private readonly made = new Map<string, HTMLCanvasElement>()
  private mixed: PixelBlock | null = null
  /** How many patches of the view its layers have. */
  private patched: number
  private painted: Painted | null = null
  /** And of that of more. */
  private patchedMore = 0

  /** @param before of the same part, which is of no use afterwards: what has not changed is taken over */
  constructor(
    readonly view: SeenView,
    private mix: Mix,
    before: PictureLayers | null = null,
  ) {
    this.patched = view.patches.length
    if (before?.view.original !== view.original) return
    const original = before.made.get('original')
    if (original) this.made.set('original', original)
    if (before.view.restored !== view.restored || before.view.certainty !== view.certainty) return
    this.mix = before.mix
    this.mixed = before.mixed
    this.painted = before.painted
    this.patchedMore = before.patchedMore
    const result = before.made.get('result')
    if (result) this.made.set('result', result)
    for (const patch of view.patches.slice(before.patched)) this.patch(patch)
  }

  /** Whether there is nothing else to see in a view. */
  shows(view: SeenView): boolean {
    const { original, restored, reference, certainty } = this.view
    const isSame = view.original === original && view.restored === restored && view.reference === reference
    return isSame && view.certainty === certainty && view.patches.length === this.patched
  }

  /** Mixes a part anew, where all was mixed before. */
  private patch({ left, top, width, height }: Patch): void {
    if (!this.mixed) return
    const { width: across, channels } = this.mixed
    const part = new Uint8Array(width * height * channels)
    this.mixRows(this.mixed.data, { left, top, width, height })
    for (let y = 0; y < height; y++) {
      const from = ((top + y) * across + left) * channels
      part.set(this.mixed.data.subarray(from, from + width * channels), y * width * channels)
    }
    const image = imageDataOf({ count: 1, width, height, channels, data: part }, 0)
    this.made.get('result')?.getContext('2d')!.putImageData(image, left, top)
  }

  /** What the result is mixed with: hot pixels do not come back, unless nothing is to be taken out. */
  private get base(): PixelBlock {
    const { original, repaired } = this.view
    return this.mix.strength === 0 ? original : (repaired ?? original)
  }

  /** @param data all of a layer, of which the pixels of a part are set */
  private mixRows(data: Uint8Array, { left, top, width, height }: Patch): void {
    const { original, restored } = this.view
    const { channels } = original
    const { painted, step, share, base } = this
    const stronger = painted?.stronger && this.isBeside(painted.stronger) ? painted.stronger.restored : null
    const [x, y] = [this.view.left + left * step, this.view.top + top * step]
    const factors = painted && factorRows(painted.mask, painted.size, { left: x, top: y, width, step })
    for (let row = 0; row < height; row++) {
      const from = ((top + row) * original.width + left) * channels
      const of = (pixels: Uint8Array) => pixels.subarray(from, from + width * channels)
      const given = [of(data), of(base.data), of(restored.data), channels, share] as const
      if (!factors) mixPixels(...given)
      else {
        const more = stronger && of(stronger.data)
        mixWithMask(...given, { width, stronger: more, factors: () => factors(row) })
      }
    }
  }

  /** Whether a view shows the same pixels of the picture. */
  private isBeside({ level, left, top, restored: { width, height } }: SeenView): boolean {
    const { view } = this
    const isSamePlace = level === view.level && left === view.left && top === view.top
    return isSamePlace && width === view.original.width && height === view.original.height
  }

  private get share(): Mix {
    return { ...this.mix, strength: this.view.certainty * Math.min(1, this.mix.strength) }
  }

  /**
   * The same view, mixed in another way.
   *
   * @param changed where the mask has changed if it is the same one, in pixels of the picture; null for nowhere
   */
  remix(mix: Mix, painted: Painted | null = null, changed: ViewRectangle | null = null): void {
    const { strength, color, detail } = this.mix
    const isSameMix = mix.strength === strength && mix.color === color && mix.detail === detail
    const before = this.painted
    const isSameMask =
      before?.mask === painted?.mask && before?.stronger?.restored === painted?.stronger?.restored
    const patches = painted?.stronger?.patches ?? []
    const parts = [...(changed ? this.partOf(changed) : []), ...patches.slice(this.patchedMore)]
    this.mix = mix
    this.painted = painted
    this.patchedMore = patches.length
    if (isSameMix && isSameMask && parts.length === 0) return
    for (const name of ['difference', 'error'] as const) this.made.delete(name)
    if (isSameMix && isSameMask) return parts.forEach((part) => this.patch(part))
    this.mixed = null
    this.made.delete('result')
  }

  /** The pixels of the view that show something of a part of the picture; one part or none. */
  private partOf({ left, top, width, height }: ViewRectangle): Patch[] {
    const { view, step } = this
    const along = (from: number, to: number, length: number) => {
      const start = Math.max(0, Math.floor(from / step))
      return [start, Math.min(length, Math.ceil(to / step)) - start] as const
    }
    const [x, across] = along(left - view.left, left + width - view.left, view.original.width)
    const [y, down] = along(top - view.top, top + height - view.top, view.original.height)
    return across > 0 && down > 0 ? [{ left: x, top: y, width: across, height: down }] : []
  }

  /** Whether a part of the picture lies in what is seen here. */
  covers({ left, top, width, height }: ViewRectangle, size: { width: number; height: number }): boolean {
    const { view, step } = this
    const [right, bottom] = [Math.min(size.width, left + width), Math.min(size.height, top + height)]
    return (
      view.left <= Math.max(0, left) &&
      view.top <= Math.max(0, top) &&
      view.left + view.original.width * step >= right &&
      view.top + view.original.height * step >= bottom
    )
  }

  /** Pixels of the picture for one of a layer. */
  get step(): number {
    return 2 ** this.view.level
  }

  /** What the controls make of it. */
  get result(): PixelBlock {
    const { original } = this.view
    if (!this.mixed) {
      const data = new Uint8Array(original.data.length)
      this.mixRows(data, { left: 0, top: 0, width: original.width, height: original.height })
      this.mixed = { ...original, data }
    }
    return this.mixed
  }

  layer(name: 'original' | 'result' | 'difference' | 'error'): HTMLCanvasElement {
    let canvas = this.made.get(name)
    if (!canvas) {
      canvas = canvasOf(this.block(name))
      this.made.set(name, canvas)
    }
    return canvas
  }

  private block(name: 'original' | 'result' | 'difference' | 'error'): PixelBlock {
    const { original, reference } = this.view
    if (name === 'original') return original
    if (name === 'result') return this.result
    // What was taken out; or, against a clean picture, what is still wrong.
    return name === 'error' && reference
      ? differenceOf(this.result, reference)
      : differenceOf(original, this.result)
  }
}

function differenceOf(a: PixelBlock, b: PixelBlock): PixelBlock {
  const data = a.data.map((value, i) => {
    const shown = middle + differenceGain * (value - b.data[i]!)
    return Math.min(255, Math.max(0, shown))
  })
  return { ...a, data }
}

function canvasOf(block: PixelBlock): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = block.width
  canvas.height = block.height
  canvas.getContext('2d')!.putImageData(imageDataOf(block, 0), 0, 0)
  return canvas
}

export interface Pane {
  /** On the canvas, in its pixels. */
  readonly left: number
  readonly width: number
  readonly height: number
}

/**
 * Draws a layer into a pane.
 *
 * @param view the part of the picture that the pane shows: its left and top, in pixels of the picture
 * @param scale pixels of the canvas for one of the picture
 */
export function drawLayer(
  context: CanvasRenderingContext2D,
  layers: PictureLayers,
  name: 'original' | 'result' | 'difference' | 'error',
  pane: Pane,
  view: { readonly left: number; readonly top: number },
  scale: number,
): void {
  const canvas = layers.layer(name)
  const size = scale * layers.step
  context.save()
  context.beginPath()
  context.rect(pane.left, 0, pane.width, pane.height)
  context.clip()
  // From twice their size on, pixels are looked at as what they are.
  context.imageSmoothingEnabled = size < 2
  context.imageSmoothingQuality = 'high'
  context.drawImage(
    canvas,
    pane.left + (layers.view.left - view.left) * scale,
    (layers.view.top - view.top) * scale,
    canvas.width * size,
    canvas.height * size,
  )
  context.restore()
}
