import { z } from 'zod'
import { ExpectedError } from './errors'
import { sentence } from './texts/sentence'

/** What changes values, each for itself, and what cameras make of them: noise in the narrow sense. */
export const sensorNoise = ['gaussian', 'poisson', 'salt-and-pepper', 'masking', 'speckle', 'camera'] as const

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
 * - `jpeg`: saved as a JPEG of quality s and read again
 * - `holes`: a share s of the pixels, in rectangles, strokes and specks, is missing: such pixels are -1, which no picture holds,
 *   so that a model knows where they are
 * - `scratches`, `text`, `lines`, `dust`: as many of them as s says are laid over the image
 * - `blur`: blurred by a Gaussian of s pixels; `motion`: along a line of s pixels; `defocus`: by a disc of s pixels' radius
 * - `low-resolution`: made s times smaller, and enlarged again by Lanczos' filter
 * - `fading`: contrast and colours fade by a share s, under a cast of one colour
 *
 * The result of the others is neither clipped nor rounded.
 */
export const noiseKinds = [
  ...sensorNoise,
  'damage',
  'jpeg',
  'holes',
  'scratches',
  'text',
  'lines',
  'dust',
  'blur',
  'motion',
  'defocus',
  'low-resolution',
  'fading',
] as const

/**
 * What a run corrupts its images with. Beside the kinds above, which can be chosen, there are `pairs`: nothing is drawn, since
 * the damaged picture of each clean one is at hand (features/datasets/importPairs.ts). They have no strength.
 */
const allKinds = [...noiseKinds, 'pairs'] as const
export type NoiseKind = (typeof allKinds)[number]

/** The noise of a run that learns from damaged and clean pictures of the same names. */
export const pairsNoise = { kind: 'pairs', min: 0, max: 0 } as const

const limits: Record<NoiseKind, { min: number; max: number; unit: string }> = {
  gaussian: { min: 0, max: 255, unit: 'sigma on the 0-255 scale' },
  poisson: { min: 0.1, max: 1e6, unit: 'photons at white' },
  'salt-and-pepper': { min: 0, max: 1, unit: 'share of the values' },
  masking: { min: 0, max: 1, unit: 'share of the values' },
  speckle: { min: 0, max: 10, unit: 'relative sigma' },
  camera: { min: 0, max: 4, unit: 'times what cameras make' },
  damage: { min: 0, max: 8, unit: 'damaged places' },
  jpeg: { min: 1, max: 100, unit: 'quality' },
  holes: { min: 0, max: 0.95, unit: 'share of the pixels' },
  scratches: { min: 0, max: 100, unit: 'scratches' },
  text: { min: 0, max: 100, unit: 'words' },
  lines: { min: 0, max: 100, unit: 'lines' },
  dust: { min: 0, max: 1000, unit: 'specks' },
  blur: { min: 0, max: 20, unit: 'sigma in pixels' },
  motion: { min: 1, max: 64, unit: 'pixels' },
  defocus: { min: 0, max: 20, unit: 'radius in pixels' },
  'low-resolution': { min: 1, max: 8, unit: 'times smaller' },
  fading: { min: 0, max: 1, unit: 'share of contrast and colour' },
  pairs: { min: 0, max: 0, unit: 'no strength' },
}

/** One strength (`min === max`) or a range from which each image draws its own, uniformly. */
const noisePartSchema = z
  .object({
    kind: z.enum(allKinds),
    min: z.number(),
    max: z.number(),
    /** Share of the images that get it, all of them where it is left out. */
    chance: z.number().gt(0).lte(1).optional(),
  })
  .refine(({ kind, min, max }) => min <= max && min >= limits[kind].min && max <= limits[kind].max, {
    error: ({ input }) => {
      const kind = (input as { kind: NoiseKind }).kind
      const { min, max, unit } = limits[kind]
      return `${kind} noise takes a strength from ${min} to ${max} (${unit}), or a range such as ${kind}:LOW-HIGH.`
    },
  })
export type NoisePart = z.infer<typeof noisePartSchema>

/** One kind of corruption, and those that follow it on the same image. */
export const noiseSpecSchema = noisePartSchema.safeExtend({
  also: z.array(noisePartSchema).min(1).max(16).optional(),
})
export type NoiseSpec = z.infer<typeof noiseSpecSchema>

/** All kinds of a noise, in the order in which an image gets them. */
export function noiseParts({ also, ...first }: NoiseSpec): readonly NoisePart[] {
  return [first, ...(also ?? [])]
}

/** One noise of several, which follow each other; null of none. */
export function joinNoise(noises: readonly NoiseSpec[]): NoiseSpec | null {
  const [first, ...also] = noises.flatMap(noiseParts)
  if (first === undefined) return null
  return also.length > 0 ? { ...first, also } : first
}

const number = String.raw`(\d+\.?\d*(?:e\d+)?|\.\d+)`
const noisePattern = new RegExp(`^([a-z-]+):${number}(?:-${number})?(?:@${number})?$`, 'i')

/**
 * Reads `gaussian:25` or `gaussian:0-55`; `jpeg:10-40@0.5` for half of the images; and several of them joined by `+`.
 * @throws ExpectedError `bad-usage`
 */
export function parseNoise(text: string): NoiseSpec {
  return joinNoise(text.split('+').map(parsePart))!
}

function parsePart(text: string): NoisePart {
  if (text.trim() === pairsNoise.kind) return pairsNoise
  const match = noisePattern.exec(text.trim())
  const min = Number(match?.[2])
  const parsed = noisePartSchema.safeParse({
    kind: match?.[1],
    min,
    max: match?.[3] === undefined ? min : Number(match[3]),
    ...(match?.[4] === undefined ? {} : { chance: Number(match[4]) }),
  })
  if (parsed.success) return parsed.data
  const known = (noiseKinds as readonly string[]).includes(match?.[1] ?? '')
  throw new ExpectedError(
    'bad-usage',
    known
      ? parsed.error.issues[0]!.message
      : sentence('shared.unknownNoise', { text, kinds: noiseKinds.join(', ') }),
  )
}

export function formatNoise(noise: NoiseSpec): string {
  return noiseParts(noise)
    .map(({ kind, min, max, chance = 1 }) => {
      if (kind === 'pairs') return kind
      const strength = min === max ? `${kind}:${min}` : `${kind}:${min}-${max}`
      return chance < 1 ? `${strength}@${chance}` : strength
    })
    .join('+')
}

/** What a model with a noise level is told of a JPEG: about the error that quality leaves, on the 0-255 scale. */
export function jpegLevel(quality: number): number {
  const scale = quality < 50 ? 50 / quality : 2 - quality / 50
  return 5 * Math.sqrt(Math.max(scale, 0.02))
}

/** What a missing pixel holds: no picture has it, so a model sees where pixels are missing. */
export const missing = -1

/** Whether a model with a noise level can be told how strong this kind is. */
export const isTold = (kind: NoiseKind): boolean =>
  !['poisson', 'salt-and-pepper', 'masking', 'speckle', 'damage', 'pairs'].includes(kind)

/** What a model with a noise level is told of a corruption of one kind. */
export function toldLevel(kind: NoiseKind, strength: number): number {
  if (kind === 'jpeg') return jpegLevel(strength)
  return kind === 'holes' ? 0 : strength
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
