import type { ModelSpec } from './modelSpec'

/** How many levels of noise a model is told, sigmas on the 0-255 scale: none, one of all, or those of brightness and colour. */
export function noiseLevels({
  noiseLevel,
  colorNoiseLevel = false,
}: Pick<ModelSpec, 'noiseLevel' | 'colorNoiseLevel'>): 0 | 1 | 2 {
  if (!noiseLevel) return 0
  return colorNoiseLevel ? 2 : 1
}

/** Why a model cannot be told its noise levels; null where it can, or is not told any. */
export function noiseLevelIssue(
  { noiseLevel, colorNoiseLevel, encoder, input, network }: Omit<ModelSpec, 'name'>,
  hasCode: boolean,
): { readonly message: string; readonly path: readonly (string | number)[] } | null {
  if (noiseLevel && encoder[0]!.type !== 'conv')
    return { message: 'A noise level is read by a convolution: put one first.', path: ['encoder', 0] }
  if (colorNoiseLevel && (!noiseLevel || input.channels !== 3 || network))
    return {
      message: 'A level of noise in colours goes with a noise level and images in colour.',
      path: ['colorNoiseLevel'],
    }
  if (noiseLevel && hasCode)
    return {
      message: 'A noise level goes with skips, or with a convolution as decoder.',
      path: ['noiseLevel'],
    }
  return null
}
