import type { PixelSource } from '../../src/main/engine/training/pixelSource'
import { randomNumbers } from './randomNumbers'
import { rectangle } from './trainedRun'

/** Images in memory, and how many bytes of them were asked for in each read. */
export type MemoryImages = PixelSource & { readonly reads: number[] }

/** @param pixels count × rowBytes */
export function memoryImages(pixels: Uint8Array, rowBytes: number): MemoryImages {
  const reads: number[] = []
  return {
    count: pixels.length / rowBytes,
    rowBytes,
    reads,
    readRows: async (start, count, into) => {
      reads.push(count * rowBytes)
      into.set(pixels.subarray(start * rowBytes, (start + count) * rowBytes))
    },
  }
}

/** Bright 8 × 8 rectangles, enlarged to `side` × `side` where that is a multiple of 8. */
export function rectangles(count: number, side = 8, seed = 7): MemoryImages {
  const random = randomNumbers(seed)
  const pixels = new Uint8Array(count * side * side)
  for (let image = 0; image < count; image++) {
    const small = rectangle(random)
    for (let i = 0; i < side * side; i++) {
      const [x, y] = [Math.floor(((i % side) * 8) / side), Math.floor((Math.floor(i / side) * 8) / side)]
      pixels[image * side * side + i] = small[8 * y + x]!
    }
  }
  return memoryImages(pixels, side * side)
}
