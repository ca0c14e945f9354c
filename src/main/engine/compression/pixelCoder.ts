import { BitModel } from './bitModel'
import type { BitCoder } from './rangeCoder'

/**
 * The pixels of an image, exactly or within an error, told what the decoder drew. A runtime may draw a value a little otherwise than
 * another one, so the drawn image counts in `levels` levels alone, and pixels near a border between two are named with their side.
 */
const levels = 64
/** Runtimes agree within this. */
const agreement = 3e-5

/** Bits of a pixel that is written, at most. */
const pixelBits = 8
const nodes = 2 ** pixelBits

export class PixelCoder {
  private readonly model: BitModel
  private readonly borders: BitModel
  private readonly contexts = new Int32Array(5)

  constructor(
    private readonly shape: { readonly width: number; readonly channels: number },
    /** Largest error of a pixel; 0 is lossless. */
    private readonly maxError: number,
  ) {
    const sizes = [levels * nodes, 16 * 16 * nodes, 32 * 32 * nodes, 16 * 8 * 8 * nodes, 32 * 32 * nodes]
    this.model = new BitModel({ sizes, weightSets: nodes })
    this.model.weigh([0.3, 0.3, 0.3, 0.3, 0.3])
    this.borders = new BitModel({ sizes: [64], weightSets: 1 })
    this.borders.weigh([1])
  }

  /** Pixels are written as multiples of this. */
  private get spacing(): number {
    return 2 * this.maxError + 1
  }

  /**
   * @param drawn 0..1, as this machine draws it
   * @param pixels written, or filled in by a reader, which gets them within the error
   */
  code(coder: BitCoder, drawn: Float32Array, pixels: Uint8Array, isWriting: boolean): void {
    const base = this.levelsOf(coder, drawn, isWriting)
    const { spacing } = this
    const numbers = new Uint8Array(pixels.length)
    for (let i = 0; i < pixels.length; i++) {
      const wanted = isWriting ? Math.round(pixels[i]! / spacing) : 0
      numbers[i] = this.pixel(coder, base, numbers, i, wanted)
      if (!isWriting) pixels[i] = Math.min(255, numbers[i]! * spacing)
    }
  }

  /** What a reader gets for a pixel. */
  restored(pixel: number): number {
    return Math.min(255, Math.round(pixel / this.spacing) * this.spacing)
  }

  /** The level of each drawn value, the same for reader and writer. */
  private levelsOf(coder: BitCoder, drawn: Float32Array, isWriting: boolean): Uint8Array {
    const base = Uint8Array.from(drawn, (value) => levelOf(value))
    let from = 0
    for (;;) {
      let next = from
      if (isWriting) while (next < drawn.length && !isNearBorder(drawn[next]!)) next++
      const gap = this.number(coder, next - from)
      next = from + gap
      if (next >= drawn.length) return base
      const border = Math.round(drawn[next]! * levels)
      const above = coder.code(32_768, isWriting && base[next]! >= border ? 1 : 0)
      base[next] = Math.max(0, Math.min(levels - 1, border - 1 + above))
      from = next + 1
    }
  }

  /** Elias gamma code with adaptive lengths. */
  private number(coder: BitCoder, number: number): number {
    const goal = number + 1
    let length = 0
    while (length < 30 && this.borders.code(coder, [length], 0, goal >= 2 ** (length + 1) ? 1 : 0)) length++
    let value = 1
    for (let i = length - 1; i >= 0; i--)
      value = 2 * value + coder.code(32_768, Math.floor(goal / 2 ** i) & 1)
    return value - 1
  }

  private pixel(coder: BitCoder, base: Uint8Array, numbers: Uint8Array, i: number, wanted: number): number {
    const { contexts, spacing } = this
    const { width, channels } = this.shape
    const row = width * channels
    const column = Math.floor(i / channels) % width
    const value = (at: number) => Math.min(255, numbers[at]! * spacing)
    const west = column > 0 ? value(i - channels) : i >= row ? value(i - row) : 0
    const north = i >= row ? value(i - row) : west
    const northWest = column > 0 && i >= row ? value(i - row - channels) : north
    // In colour the channel before tells more than the corner.
    const beside = i % channels > 0 ? value(i - 1) : northWest
    const own = base[i]!
    const westBase = column > 0 ? base[i - channels]! : own
    const eastBase = column < width - 1 ? base[i + channels]! : own
    const gradient = Math.max(0, Math.min(255, west + north - northWest))
    const pull = Math.max(
      0,
      Math.min(255, 4 * own + (west + north) / 2 - 2 * (westBase + (base[i - row] ?? own))),
    )
    const places = [
      own,
      (west >> 4) * 16 + (north >> 4),
      (own >> 1) * 32 + (pull >> 3),
      (own >> 2) * 64 + (westBase >> 3) * 8 + (eastBase >> 3),
      (gradient >> 3) * 32 + (beside >> 3),
    ]
    let node = 1
    for (let bit = pixelBits - 1; bit >= 0; bit--) {
      for (let kind = 0; kind < 5; kind++) contexts[kind] = places[kind]! * nodes + node
      node = 2 * node + this.model.code(coder, contexts, node, (wanted >> bit) & 1)
    }
    return node - nodes
  }
}

const levelOf = (value: number) => Math.max(0, Math.min(levels - 1, Math.floor(value * levels)))

function isNearBorder(value: number): boolean {
  const border = Math.round(value * levels)
  return border > 0 && border < levels && Math.abs(value - border / levels) < 2 * agreement
}
