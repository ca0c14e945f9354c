import { inputSize, isFullyConvolutional, type ModelSpec } from '../../../shared/modelSpec'
import { mul } from '../graph/ops/arithmetic'
import { placeholder } from '../graph/ops/placeholder'
import type { GraphFunction } from '../graph/program'
import { BATCH } from '../graph/tensor'
import { createVariable } from '../graph/variable'
import { activateOutput, parametersOf, reconstructToSums } from '../models/autoencoder'
import type { CompiledProgram, Runtime } from '../runtimes/runtime'
import { planStretches, type Stretch } from '../imaging/tiles'

/** Height × width × channels, row-major, values in 0..1. */
export interface FloatImage {
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly data: Float32Array
}

export interface RestorerOptions {
  readonly device?: string
  /** Tiles computed side by side, each on a core of its own; for runtimes that do not share out one tile by themselves. */
  readonly lanes: number
  /** Height and width of a tile, halo included; smaller images take smaller ones. */
  readonly tile: { readonly height: number; readonly width: number }
}

/** How far from a pixel its output looks, in pixels. @throws Error for a model with dense layers */
export function receptiveRadius({ encoder, decoder, block }: ModelSpec): number {
  let radius = 0
  let pixel = block
  for (const layer of encoder) {
    if (layer.type === 'dense') throw new Error('A dense layer looks at all pixels.')
    if (layer.type === 'conv') radius += pixel * (layer.kernel - 1) * (decoder === 'mirror' ? 1 : 0.5)
    pixel *= layer.type === 'conv' ? layer.stride : layer.size
  }
  if (decoder === 'convolution') radius += block
  // Strides and pools look at whole cells.
  return Math.ceil(radius) + (pixel > block ? 2 * pixel : 0)
}

/**
 * A fully convolutional model on images of any size, in overlapping tiles: what is kept of a tile is what the whole image
 * would give there. Dispose of it when done.
 */
export class Restorer {
  private compiled: { key: string; program: CompiledProgram } | null = null

  constructor(
    private readonly runtime: Runtime,
    readonly spec: ModelSpec,
    private readonly values: Readonly<Record<string, Float32Array>>,
    private readonly options: RestorerOptions,
  ) {
    if (!isFullyConvolutional(spec)) throw new Error('The model takes images of one size only.')
  }

  /** Pixels that tiles and images are multiples of. */
  get cell(): number {
    const strides = this.spec.encoder.map((layer) =>
      layer.type === 'conv' ? layer.stride : layer.type === 'pool' ? layer.size : 1,
    )
    return strides.reduce((product, stride) => product * stride, this.spec.block)
  }

  /**
   * The restored image, not clipped; what went in is left alone.
   *
   * @param sigma of the noise on the 0-255 scale, for models that take it
   * @param onTile after every call of the runtime; what it throws ends the work
   */
  async restore(
    image: FloatImage,
    sigma: number,
    onTile: (done: number, total: number) => void = () => undefined,
  ): Promise<FloatImage> {
    const { cell, spec, options } = this
    if (image.channels !== spec.input.channels)
      throw new Error(`The model takes ${spec.input.channels} channels, not ${image.channels}.`)
    const padded = mirroredTo(image, cell)
    const halo = receptiveRadius(spec)
    const height = this.tileHeight(padded.height, halo)
    const width = Math.min(padded.width, roundUp(options.tile.width, cell))
    const rows = planStretches(padded.height, height, halo, cell)
    const columns = planStretches(padded.width, width, halo, cell)
    const tiles = rows.flatMap((row) => columns.map((column) => ({ row, column })))
    const result = { ...image, data: new Float32Array(image.data.length) }
    const lanes = Math.min(options.lanes, tiles.length)
    const program = await this.programFor(height, width, lanes)
    for (let done = 0; done < tiles.length; done += lanes) {
      const group = tiles.slice(done, done + lanes)
      const feeds = Object.fromEntries(
        Array.from({ length: lanes }, (_, lane) => {
          // Runtimes take no empty batches: what is left over at the end is done twice.
          const { row, column } = group[lane] ?? group[0]!
          const data = cut(padded, row.start, column.start, height, width)
          return [
            [`image${lane}`, { shape: [1, data.length], data }],
            [`sigma${lane}`, { shape: [1, 1], data: Float32Array.of(sigma) }],
          ] as const
        }).flat(),
      )
      const results = await program.run('restore', feeds)
      group.forEach(({ row, column }, lane) =>
        paste(results[`output${lane}`]!.data as Float32Array, row, column, { height, width }, result),
      )
      onTile(done + group.length, tiles.length)
    }
    return result
  }

  async dispose(): Promise<void> {
    await this.compiled?.program.dispose()
    this.compiled = null
  }

  /** As high as tiles may be, and lower where that gives each lane a share of an image that is a single tile. */
  private tileHeight(height: number, halo: number): number {
    const { options, cell } = this
    const most = roundUp(options.tile.height, cell)
    const share = roundUp(Math.ceil(height / options.lanes) + halo, cell)
    if (height <= most && options.lanes > 1 && share > 4 * halo && share < height) return share
    return Math.min(height, most)
  }

  private async programFor(height: number, width: number, lanes: number): Promise<CompiledProgram> {
    const key = `${height} ${width} ${lanes}`
    if (this.compiled?.key === key) return this.compiled.program
    await this.dispose()
    const spec = { ...this.spec, input: { ...this.spec.input, height, width } }
    const { trained, copies } = parametersOf(spec)
    const variables = [...trained, ...copies].map(({ name, shape }) => createVariable(name, shape))
    const parameters = new Map(variables.map(({ name, value }) => [name, value]))
    const outputs = Object.fromEntries(
      Array.from({ length: lanes }, (_, lane) => {
        const image = placeholder(`image${lane}`, [BATCH, inputSize(spec.input)])
        const noiseLevel = mul(placeholder(`sigma${lane}`, [BATCH, 1]), 1 / 255)
        const sums = reconstructToSums(spec, image, { parameters, noiseLevel })
        return [`output${lane}`, activateOutput(spec, sums)]
      }),
    )
    const restore: GraphFunction = { name: 'restore', outputs }
    const program = await this.runtime.compile({ variables, functions: [restore] }, this.options.device)
    await program.write(Object.fromEntries(variables.map(({ name }) => [name, this.values[name]!])))
    this.compiled = { key, program }
    return program
  }
}

const roundUp = (value: number, cell: number) => Math.ceil(value / cell) * cell

/** Made a multiple of the cell by repeating the image mirrored at its right and lower end. */
function mirroredTo(image: FloatImage, cell: number): FloatImage {
  const height = roundUp(image.height, cell)
  const width = roundUp(image.width, cell)
  if (height === image.height && width === image.width) return image
  const data = new Float32Array(height * width * image.channels)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < image.channels; c++)
        data[(y * width + x) * image.channels + c] =
          image.data[(mirror(y, image.height) * image.width + mirror(x, image.width)) * image.channels + c]!
  return { height, width, channels: image.channels, data }
}

/** Back and forth without repeating the ends: 0 1 2 1 0 1 … */
function mirror(i: number, size: number): number {
  if (size === 1) return 0
  const period = 2 * (size - 1)
  const at = i % period
  return at < size ? at : period - at
}

function cut(image: FloatImage, top: number, left: number, height: number, width: number): Float32Array {
  const { channels } = image
  const tile = new Float32Array(height * width * channels)
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * image.width + left) * channels
    tile.set(image.data.subarray(from, from + width * channels), y * width * channels)
  }
  return tile
}

function paste(
  tile: Float32Array,
  row: Stretch,
  column: Stretch,
  { width }: { readonly height: number; readonly width: number },
  into: FloatImage,
): void {
  const { channels } = into
  const right = Math.min(column.to, into.width)
  for (let y = row.from; y < Math.min(row.to, into.height) && column.from < right; y++) {
    const from = ((y - row.start) * width + column.from - column.start) * channels
    const line = tile.subarray(from, from + (right - column.from) * channels)
    into.data.set(line, (y * into.width + column.from) * channels)
  }
}
