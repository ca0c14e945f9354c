import { z } from 'zod'
import { command } from './command'
import type { PixelBlock } from './library'

/** What learns on the start screen: a small network on images that come with Hourglass. */
export interface Showcase {
  readonly images: PixelBlock
  /** One an image. */
  readonly labels: readonly string[]
  /** Where the trained network puts each image: x and y in 0..1. */
  readonly map: Float32Array
  /** Rows of the images that are shown. */
  readonly shown: Int32Array
  /** Those as the trained network draws them again. */
  readonly reconstructions: PixelBlock
  /** Reconstruction error (mean squared) of the trained network. */
  readonly loss: number
  /** How many numbers an image has, and how many its code has. */
  readonly inputs: number
  readonly codeSize: number
}

/** Names a screen that looks on: each mounted one has its own. */
const viewer = z.string().min(1).max(40)

export const showcaseCommands = {
  'showcase.get': command(z.strictObject({})).gives<Showcase>(),
  /** Begins, or goes on where it was paused. Something real comes first: then nothing is begun. */
  'showcase.start': command(z.strictObject({ viewer })).gives<{ readonly started: boolean }>(),
  /** For all who look on. Resolves when nothing computes any more; the next start goes on. */
  'showcase.pause': command(z.strictObject({})).gives<null>(),
  /** One looks on no more. When nobody does, it is paused (`keep`) or over, and nothing computes any more. */
  'showcase.leave': command(z.strictObject({ viewer, keep: z.boolean().default(false) })).gives<null>(),
  /** Puts its images and its trained model into the library, once; then they can be explored like any others. */
  'showcase.open': command(z.strictObject({})).gives<{ readonly dataset: string; readonly model: string }>(),
} as const

/** At most ten a second. */
export interface ShowcaseProgress {
  readonly step: number
  /** Null before the first step. */
  readonly loss: number | null
  readonly elapsedMs: number
  /** The shown images through the network as it is now: bytes. */
  readonly reconstructions: Uint8Array
}

/** `done`: its time is over; `paused`: it can go on; `stopped`: something real has begun, or nobody looks on any more. */
export interface ShowcaseEnd {
  readonly how: 'done' | 'paused' | 'stopped'
}
