import { isFullyConvolutional, type ModelSpec } from '../../../shared/modelSpec'
import { onnxFileOf } from '../../../shared/network'
import { addTurnedBack, type Turn, turned, turns, transposes } from '../imaging/turns'
import { evenLength, planStretches, shareOf } from '../imaging/tiles'
import type { Runtime } from '../runtimes/runtime'
import { FileProgram } from './fileProgram'
import { cellOf, receptiveRadius } from './receptiveRadius'
import type { RestoreOptions, Restorer, RestorerOptions, ToldNoise } from './restorer'
import { type RestoringInput, RestoringProgram } from './restoringProgram'
import type { Place, TiledImage } from './tiledImage'

/** Tiles of an image are of one shape, those of the same image at half the size and at its ends of others. */
const programsKept = 4

interface Size {
  readonly height: number
  readonly width: number
}

/** One plane of a tile. */
interface Piece {
  readonly place: Place
  readonly plane: number
  /** Null to leave it as it is. */
  readonly sigma: ToldNoise | null
}

/**
 * A fully convolutional model on images of any size, in overlapping tiles: what is kept of a tile is what the whole image
 * would give there.
 */
export class ConvolutionalRestorer implements Restorer {
  /** By the shape of the tiles, the last one used at the end. */
  private readonly compiled = new Map<string, RestoringProgram | FileProgram>()
  private readonly file: ReturnType<typeof onnxFileOf>

  constructor(
    private readonly runtime: Runtime,
    readonly spec: ModelSpec,
    private readonly values: Readonly<Record<string, Float32Array>>,
    private readonly options: RestorerOptions,
  ) {
    if (!isFullyConvolutional(spec)) throw new Error('The model takes images of one size only.')
    this.file = spec.network ? onnxFileOf(spec.network) : null
  }

  get channels(): 1 | 3 {
    return this.spec.input.channels
  }

  get tile(): number {
    return this.options.tile
  }

  /** Pixels that tiles are multiples of. */
  get cell(): number {
    return cellOf(this.spec)
  }

  async restore(image: TiledImage, { sigmas, quality, onProgress }: RestoreOptions): Promise<void> {
    if (image.channels !== this.channels)
      throw new Error(`The model takes ${this.channels} channels, not ${image.channels}.`)
    const places = this.placesOf(image)
    const pieces = places.flatMap((place) => sigmas.map((sigma, plane): Piece => ({ place, plane, sigma })))
    const computed = pieces.filter(({ sigma }) => sigma !== null).length
    const lanes = Math.min(this.options.lanes, Math.max(1, computed))
    const atOnce = Math.min(lanes * this.options.batch, Math.max(1, computed))
    const { height, width } = places[0]!
    const ways = quality === 'best' ? turns : turns.slice(0, 1)
    const read = ({ place, plane }: Piece) =>
      image.read(plane, place.row.start, place.column.start, height, width)
    let ready: Float32Array[] = []
    for (let next = 0, done = 0; next < pieces.length;) {
      const group = takeGroup(pieces, next, atOnce)
      next += group.length
      const asked = group.filter(({ sigma }) => sigma !== null)
      const inputs = asked.map((piece) => ({ images: read(piece), sigma: piece.sigma! }))
      const told = (way: number) =>
        onProgress?.(done * ways.length + way * asked.length, computed * ways.length)
      const outputs =
        asked.length > 0 ? await this.averageOf(inputs, ways, { height, width, lanes }, told) : []
      for (const piece of group) {
        ready.push(piece.sigma === null ? read(piece) : outputs[asked.indexOf(piece)]!)
        if (piece.plane < image.planes - 1) continue
        image.write(ready, piece.place)
        ready = []
      }
      done += asked.length
    }
  }

  /** What becomes of tiles of one size, in so many ways. @param onWay told after each of them, how many there were */
  private async averageOf(
    inputs: readonly RestoringInput[],
    ways: readonly Turn[],
    { height, width, lanes }: Size & { readonly lanes: number },
    onWay: (ways: number) => void,
  ): Promise<Float32Array[]> {
    const shape = { height, width, channels: this.channels }
    let sums: Float32Array[] = []
    for (const [i, way] of ways.entries()) {
      const [rows, columns] = transposes(way) ? [width, height] : [height, width]
      const program = await this.programFor(rows, columns, lanes)
      const given =
        way === 0 ? inputs : inputs.map((one) => ({ ...one, images: turned(one.images, shape, way) }))
      const outputs = await program.run(given, { height: rows, width: columns })
      if (i === 0) sums = outputs
      else outputs.forEach((output, at) => addTurnedBack(sums[at]!, output, shape, way))
      onWay(i + 1)
    }
    if (ways.length === 1) return sums
    return sums.map((sum) => sum.map((value) => value / ways.length))
  }

  async dispose(): Promise<void> {
    for (const program of this.compiled.values()) await program.dispose()
    this.compiled.clear()
  }

  /** Tiles of one size; an image that the cell does not divide goes on mirrored at its right and lower end. */
  private placesOf(image: TiledImage): Place[] {
    const { cell, spec } = this
    const halo = receptiveRadius(spec)
    const whole = { height: roundUp(image.height, cell), width: roundUp(image.width, cell) }
    const { height, width } = this.tileSize(whole, halo, image.planes)
    // Tiles of a file that are hardly larger than its windows begin where they must.
    const step = this.file && 2 * roundUp(halo, cell) >= Math.min(height, width) ? 1 : cell
    // What would be kept of behind the image alone is not computed.
    const along = (all: number, length: number, own: number) =>
      planStretches(all, length, halo, step).filter(({ from }) => from < own)
    const columns = along(whole.width, width, image.width)
    return along(whole.height, height, image.height).flatMap((row) =>
      columns.map((column) => ({ row, column, height, width })),
    )
  }

  /** As large as tiles may be; an image that is a single tile is shared out, so that each lane has its batch of it. */
  private tileSize(whole: Size, halo: number, planes: number): Size {
    const { options, cell } = this
    const most = roundUp(options.tile, cell)
    if (this.file) return { height: Math.min(whole.height, most), width: Math.min(whole.width, most) }
    if (whole.height <= most && whole.width <= most && options.lanes > planes)
      for (const across of [options.batch, 1]) {
        const height = shareOf(whole.height, options.lanes, halo, cell)
        const width = across === 1 ? whole.width : shareOf(whole.width, across, halo, cell)
        if (Math.min(height, width) > 4 * halo && height < whole.height) return { height, width }
      }
    return {
      height: evenLength(whole.height, most, halo, cell),
      width: evenLength(whole.width, most, halo, cell),
    }
  }

  private async programFor(
    height: number,
    width: number,
    lanes: number,
  ): Promise<RestoringProgram | FileProgram> {
    const key = this.file ? 'file' : `${height} ${width} ${lanes}`
    let program = this.compiled.get(key)
    this.compiled.delete(key)
    if (!program) {
      const oldest = this.compiled.keys().next()
      if (this.compiled.size >= programsKept && !oldest.done) {
        await this.compiled.get(oldest.value)!.dispose()
        this.compiled.delete(oldest.value)
      }
      const spec = { ...this.spec, input: { ...this.spec.input, height, width } }
      const { runtime, options, values, file } = this
      program = file
        ? await FileProgram.open(options.file ?? '', file, this.channels, options.threads)
        : await RestoringProgram.compile(runtime, spec, values, { ...options, lanes })
    }
    this.compiled.set(key, program)
    return program
  }
}

/** From `first` on, as many as have so many to compute. */
function takeGroup(pieces: readonly Piece[], first: number, atOnce: number): readonly Piece[] {
  let end = first
  for (let taken = 0; end < pieces.length; end++) {
    if (pieces[end]!.sigma !== null && ++taken > atOnce) break
  }
  return pieces.slice(first, end)
}

const roundUp = (value: number, cell: number) => Math.ceil(value / cell) * cell
