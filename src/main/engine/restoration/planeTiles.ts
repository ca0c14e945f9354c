import { mirrored, type Place, type TiledImage } from '../denoising/tiledImage'

export interface Planes {
  readonly height: number
  readonly width: number
  readonly planes: number
  /** Of each plane. */
  readonly channels: 1 | 3
  /** planes × height × width × channels, where 1 is white. */
  readonly data: Float32Array
}

/** Planes in floating point as a restorer reads and writes them. Values of missing pixels go in as they are. */
export class PlaneTiles implements TiledImage {
  readonly height: number
  readonly width: number
  readonly planes: number
  readonly channels: number

  constructor(
    private readonly from: Planes,
    private readonly result: Float32Array,
  ) {
    this.height = from.height
    this.width = from.width
    this.planes = from.planes
    this.channels = from.channels
  }

  read(plane: number, top: number, left: number, height: number, width: number): Float32Array {
    const { channels } = this
    const tile = new Float32Array(height * width * channels)
    for (let y = 0, to = 0; y < height; y++) {
      const line = (plane * this.height + mirrored(top + y, this.height)) * this.width
      for (let x = 0; x < width; x++)
        for (let c = 0; c < channels; c++, to++)
          tile[to] = this.from.data[(line + mirrored(left + x, this.width)) * channels + c]!
    }
    return tile
  }

  write(tiles: readonly Float32Array[], { row, column, width }: Place): void {
    const { channels } = this
    const to = Math.min(column.to, this.width)
    tiles.forEach((tile, plane) => {
      for (let y = row.from; y < Math.min(row.to, this.height); y++) {
        const from = ((y - row.start) * width + column.from - column.start) * channels
        const line = ((plane * this.height + y) * this.width + column.from) * channels
        this.result.set(tile.subarray(from, from + (to - column.from) * channels), line)
      }
    })
  }
}
