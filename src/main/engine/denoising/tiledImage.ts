import type { Stretch } from '../imaging/tiles'

/** A rectangle of an image that is kept, and the tile that it is taken from. */
export interface Place {
  readonly row: Stretch
  readonly column: Stretch
  /** Of the tile. */
  readonly height: number
  readonly width: number
}

/**
 * An image as a restorer reads and writes it, a tile at a time, so that it need not be there in floating point as a whole.
 * What a model takes at a time is a plane: grey, all three colours, or one of several that are restored one by one.
 */
export interface TiledImage {
  readonly height: number
  readonly width: number
  readonly planes: number
  /** Of each plane. */
  readonly channels: number
  /**
   * Pixels of a plane from `top`, `left` on, height × width × channels; where the image has ended, mirrored.
   * Values where 1 is white.
   */
  read(plane: number, top: number, left: number, height: number, width: number): Float32Array
  /** @param tiles of all planes, height × width × channels */
  write(tiles: readonly Float32Array[], place: Place): void
}

/** Back and forth without repeating the ends: 0 1 2 1 0 1 … */
export function mirrored(i: number, size: number): number {
  if (i < size) return i
  if (size === 1) return 0
  const period = 2 * (size - 1)
  const at = i % period
  return at < size ? at : period - at
}
