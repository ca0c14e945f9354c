import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { type NoiseSpec, parseNoise, type RestoringQuality } from '../../../shared/noise'
import type { RestoringModel } from './tasks/denoisingTasks'
import { builtin, openNamedModel } from '../models/builtinModels'

export interface DenoisingModel {
  readonly name: string
  readonly files: RestoringModel
  /** The noise that it learned to remove. */
  readonly trained: NoiseSpec
}

/** One model for all pictures, or the built-in one that suits each; opened when it is first needed. */
export class DenoisingModels {
  private readonly opened = new Map<string, Promise<DenoisingModel>>()

  /** @param chosen folder of a run or of a saved model, or builtin:NAME; null for what suits each picture */
  constructor(
    private readonly chosen: string | null,
    private readonly quality: RestoringQuality = 'fast',
  ) {}

  /** @throws ExpectedError when it cannot be opened, `unsupported` where it does not remove noise */
  for({ channels }: { readonly channels: 1 | 2 | 3 | 4 }): Promise<DenoisingModel> {
    const name = this.chosen ?? builtin(channels < 3 ? 'grey' : 'color')
    let model = this.opened.get(name)
    if (!model) this.opened.set(name, (model = openDenoisingModel(name, this.quality)))
    return model
  }
}

/** @throws ExpectedError when it cannot be opened, `unsupported` where it does not remove noise */
export async function openDenoisingModel(
  name: string,
  quality: RestoringQuality = 'fast',
): Promise<DenoisingModel> {
  const { files, noise } = await openNamedModel(name)
  if (noise === null)
    throw new ExpectedError('unsupported', sentence('denoising.modelRemovesNoNoise', { name }))
  return { name, files: { ...files, quality }, trained: parseNoise(noise) }
}
