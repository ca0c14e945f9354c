import { inputSize, type ModelSpec } from '../../../shared/modelSpec'
import { evenLength, planStretches } from '../imaging/tiles'
import type { Runtime } from '../runtimes/runtime'
import type { RestoreOptions, Restorer, RestorerOptions } from './restorer'
import { RestoringProgram } from './restoringProgram'
import type { Place, TiledImage } from './tiledImage'

/** Patches that a lane gets at once. */
const batchSize = 2048
/** Neighbouring patches lie this share of a side apart, or less where sides do not divide so. */
const strideShare = 8
/** Of the outermost pixels of a patch, where those in its middle have 1 more. */
const leastWeight = 0.1

/**
 * A model of small images on images of any size: patches that overlap, each restored on its own, and averaged where they
 * meet (Elad & Aharon 2006 do so with patches from a dictionary).
 */
export class PatchRestorer implements Restorer {
  private compiled: RestoringProgram | null = null

  constructor(
    private readonly runtime: Runtime,
    readonly spec: ModelSpec,
    private readonly values: Readonly<Record<string, Float32Array>>,
    private readonly options: RestorerOptions,
  ) {}

  get channels(): 1 | 3 {
    return this.spec.input.channels
  }

  get tile(): number {
    return this.options.tile
  }

  async restore(image: TiledImage, { sigmas, onProgress }: RestoreOptions): Promise<void> {
    if (image.channels !== this.channels)
      throw new Error(`The model takes ${this.channels} channels, not ${image.channels}.`)
    const places = this.placesOf(image)
    let done = 0
    for (const place of places) {
      const tiles: Float32Array[] = []
      for (let plane = 0; plane < image.planes; plane++) {
        const { row, column, height, width } = place
        const pixels = image.read(plane, row.start, column.start, height, width)
        tiles.push(sigmas[plane] === null ? pixels : await this.restoreTile(pixels, height, width))
        onProgress?.(++done, places.length * image.planes)
      }
      image.write(tiles, place)
    }
  }

  async dispose(): Promise<void> {
    await this.compiled?.dispose()
    this.compiled = null
  }

  /** Tiles in which every patch that a kept pixel lies in is whole, or ends with the image. */
  private placesOf(image: TiledImage): Place[] {
    const { input } = this.spec
    const [rows, columns] = [
      this.stretches(image.height, input.height),
      this.stretches(image.width, input.width),
    ]
    return rows.stretches.flatMap((row) =>
      columns.stretches.map((column) => ({ row, column, height: rows.length, width: columns.length })),
    )
  }

  private stretches(size: number, side: number) {
    const stride = strideOf(side)
    const whole = Math.max(side, Math.ceil(size / stride) * stride)
    const atLeast = Math.max(this.options.tile, 4 * side)
    const length = evenLength(whole, Math.ceil(atLeast / stride) * stride, side - 1, stride)
    return { stretches: planStretches(whole, length, side - 1, stride), length }
  }

  private async restoreTile(pixels: Float32Array, height: number, width: number): Promise<Float32Array> {
    const { input } = this.spec
    const { channels } = input
    const program = await this.program()
    const shape = { line: input.width * channels, stride: width * channels, size: inputSize(input) }
    const lefts = startsOf(width, input.width)
    const starts = startsOf(height, input.height).flatMap((top) =>
      lefts.map((left) => (top * width + left) * channels),
    )
    const sums = new Float32Array(pixels.length)
    const windows = { down: windowOf(input.height), across: windowOf(input.width) }
    const weights = Float32Array.from(
      { length: shape.size },
      (_, i) =>
        windows.down[Math.floor(i / shape.line)]! * windows.across[Math.floor((i % shape.line) / channels)]!,
    )
    for (let first = 0; first < starts.length; first += batchSize * program.lanes) {
      const batches = Array.from({ length: program.lanes }, (_, lane) =>
        starts.slice(first + lane * batchSize, first + (lane + 1) * batchSize),
      ).filter(({ length }) => length > 0)
      const inputs = batches.map((batch) => ({ images: cutPatches(pixels, batch, shape), sigma: 0 }))
      const outputs = await program.run(inputs)
      batches.forEach((batch, lane) => addPatches(outputs[lane]!, weights, batch, shape, sums))
    }
    const [down, across] = [coverage(height, windows.down), coverage(width, windows.across)]
    for (let y = 0, at = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (let c = 0; c < channels; c++, at++) sums[at]! /= down[y]! * across[x]!
    return sums
  }

  private async program(): Promise<RestoringProgram> {
    const { runtime, options, spec, values } = this
    this.compiled ??= await RestoringProgram.compile(runtime, spec, values, options)
    return this.compiled
  }
}

/** A divisor of the side, so that a grid of patches ends where a grid of tiles does. */
export function strideOf(side: number): number {
  for (let stride = Math.max(1, Math.floor(side / strideShare)); ; stride--)
    if (side % stride === 0) return stride
}

/** Where patches begin. */
function startsOf(size: number, side: number): number[] {
  const stride = strideOf(side)
  return Array.from({ length: (size - side) / stride + 1 }, (_, i) => i * stride)
}

/** How much each place of a patch counts, along one axis: towards its ends, where it knows one side alone, less. */
function windowOf(side: number): Float32Array {
  return Float32Array.from(
    { length: side },
    (_, i) => leastWeight + Math.sin((Math.PI * (i + 0.5)) / side) ** 2,
  )
}

/** What the patches of a row of them count together at each place. */
function coverage(size: number, window: Float32Array): Float32Array {
  const sums = new Float32Array(size)
  for (const start of startsOf(size, window.length))
    window.forEach((weight, i) => (sums[start + i]! += weight))
  return sums
}

/** Of patches in a tile, in values: a line of one, from line to line of the tile, and a whole one. */
interface PatchShape {
  readonly line: number
  readonly stride: number
  readonly size: number
}

/** @returns patches × size */
function cutPatches(
  pixels: Float32Array,
  starts: readonly number[],
  { line, stride, size }: PatchShape,
): Float32Array {
  const patches = new Float32Array(starts.length * size)
  starts.forEach((start, i) => {
    for (let at = 0, from = start; at < size; at += line, from += stride)
      patches.set(pixels.subarray(from, from + line), i * size + at)
  })
  return patches
}

function addPatches(
  patches: Float32Array,
  weights: Float32Array,
  starts: readonly number[],
  { line, stride, size }: PatchShape,
  sums: Float32Array,
): void {
  starts.forEach((start, i) => {
    for (let at = 0, to = start; at < size; at += line, to += stride)
      for (let x = 0; x < line; x++) sums[to + x]! += weights[at + x]! * patches[i * size + at + x]!
  })
}
