import { z } from 'zod'
import { ExpectedError } from './errors'

/**
 * What each kind of corruption does to a clean image x in 0..1, and the unit of its strength s:
 *
 * - `gaussian`: x + n·s/255, n standard normal; s is sigma on the 0-255 scale
 * - `speckle`: x·(1 + n·s); s is relative
 * - `poisson`: P(x·s)/s, shot noise; s is the number of photons at white
 * - `salt-and-pepper`: a share s of the values becomes 0 or 1, half each
 * - `masking`: a share s of the values becomes 0 (Vincent et al. 2008)
 * - `camera`: what cameras, film and JPEG files leave, in pictures of all kinds of quality; s scales their noise, and 1 is what
 *   cameras make up to their highest sensitivity. It is clipped and rounded to 8 bits, as files hold it
 * - `damage`: patches pasted from elsewhere, scratches, blobs and patches of noise; s is how many of them an image gets
 *
 * The result of the others is neither clipped nor rounded.
 */
export const noiseKinds = [
  'gaussian',
  'poisson',
  'salt-and-pepper',
  'masking',
  'speckle',
  'camera',
  'damage',
] as const
export type NoiseKind = (typeof noiseKinds)[number]

const limits: Record<NoiseKind, { min: number; max: number; unit: string }> = {
  gaussian: { min: 0, max: 255, unit: 'sigma on the 0-255 scale' },
  poisson: { min: 0.1, max: 1e6, unit: 'photons at white' },
  'salt-and-pepper': { min: 0, max: 1, unit: 'share of the values' },
  masking: { min: 0, max: 1, unit: 'share of the values' },
  speckle: { min: 0, max: 10, unit: 'relative sigma' },
  camera: { min: 0, max: 4, unit: 'times what cameras make' },
  damage: { min: 0, max: 8, unit: 'damaged places' },
}

/** One strength (`min === max`) or a range from which each image draws its own, uniformly. */
export const noiseSpecSchema = z
  .object({ kind: z.enum(noiseKinds), min: z.number(), max: z.number() })
  .refine(({ kind, min, max }) => min <= max && min >= limits[kind].min && max <= limits[kind].max, {
    error: ({ input }) => {
      const kind = (input as { kind: NoiseKind }).kind
      const { min, max, unit } = limits[kind]
      return `${kind} noise takes a strength from ${min} to ${max} (${unit}), or a range such as ${kind}:LOW-HIGH.`
    },
  })
export type NoiseSpec = z.infer<typeof noiseSpecSchema>

const number = String.raw`(\d+\.?\d*(?:e\d+)?|\.\d+)`
const noisePattern = new RegExp(`^([a-z-]+):${number}(?:-${number})?$`, 'i')

/** Reads `gaussian:25` or `gaussian:0-55`. @throws ExpectedError `bad-usage` */
export function parseNoise(text: string): NoiseSpec {
  const match = noisePattern.exec(text.trim())
  const min = Number(match?.[2])
  const parsed = noiseSpecSchema.safeParse({
    kind: match?.[1],
    min,
    max: match?.[3] === undefined ? min : Number(match[3]),
  })
  if (parsed.success) return parsed.data
  const known = (noiseKinds as readonly string[]).includes(match?.[1] ?? '')
  throw new ExpectedError(
    'bad-usage',
    known
      ? parsed.error.issues[0]!.message
      : `"${text}" is not a kind of noise. Write KIND:STRENGTH, for example gaussian:25, with one of: ${noiseKinds.join(', ')}.`,
  )
}

export function formatNoise({ kind, min, max }: NoiseSpec): string {
  return min === max ? `${kind}:${min}` : `${kind}:${min}-${max}`
}

/**
 * Whether hot pixels, banding and the like are mended before a model that learned to remove this noise sees a picture. Other
 * noise than that of sensors is what such a model is there for, and stays for it.
 */
export const isRepairedFor = (trained: NoiseSpec | null): boolean =>
  trained === null || trained.kind === 'gaussian' || trained.kind === 'camera'

/** How a model restores: `fast` once, `best` in all eight flips and turns, averaged. */
export const restoringQualities = ['fast', 'best'] as const
export type RestoringQuality = (typeof restoringQualities)[number]
