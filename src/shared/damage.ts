import { type NoiseKind, noiseParts, parseNoise, sensorNoise } from './noise'

/** What the window takes out of pictures: noise, and the damage that is restored. */
export const damageKinds = ['noise', 'jpeg', 'holes', 'blur', 'pairs', 'enlarge'] as const
export type DamageKind = (typeof damageKinds)[number]
/** All but noise. */
export type RestoredKind = Exclude<DamageKind, 'noise'>

/** No model for these comes with the app: what they look like is a person's own. */
export const needsOwnModel = (kind: string): kind is 'blur' | 'pairs' => kind === 'blur' || kind === 'pairs'

const noises: readonly NoiseKind[] = sensorNoise
const drawnOver: readonly NoiseKind[] = ['scratches', 'damage']

/** The kinds of a noise specification such as `jpeg:5-60+dust:5-20`. */
export const kindsOf = (noise: string): readonly NoiseKind[] =>
  noiseParts(parseNoise(noise)).map(({ kind }) => kind)

/**
 * What a model is offered for, by the noise that it was trained with. Corruptions that have no kind of their own, such as
 * fading, go with blur: the model goes over the whole picture once.
 */
export function damageServedBy(noise: string): DamageKind {
  const kinds = kindsOf(noise)
  if (kinds.includes('pairs')) return 'pairs'
  if (kinds.includes('jpeg')) return 'jpeg'
  if (kinds.includes('holes')) return 'holes'
  if (kinds.includes('low-resolution')) return 'enlarge'
  if (kinds.every((kind) => noises.includes(kind))) return 'noise'
  return kinds.some((kind) => drawnOver.includes(kind)) && !kinds.includes('blur') ? 'holes' : 'blur'
}

const denoisedPattern = '{name}-denoised'

/** The names of results: those that nobody has set say what was done. */
export const patternFor = (kind: DamageKind, pattern: string): string =>
  kind !== 'noise' && pattern === denoisedPattern ? '{name}-restored' : pattern

/** Of a JPEG that does not tell its quality, and whose blocks tell nothing more. */
export const usualJpegQuality = 40

/** How many times as high and as wide as the picture the result is. */
export const timesLarger = (kind: DamageKind): 1 | 2 => (kind === 'enlarge' ? 2 : 1)
