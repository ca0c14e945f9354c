import type { NoiseSpec } from '../../../shared/noise'
import { parseNoise } from '../../../shared/noise'
import type { ModelFiles } from '../../worker/protocol'
import { builtin, openNamedModel } from '../models/builtinModels'

export interface DenoisingModel {
  readonly name: string
  readonly files: ModelFiles
  /** The noise that it learned to remove. */
  readonly trained: NoiseSpec | null
}

/** One model for all pictures, or the built-in one that suits each; opened when it is first needed. */
export class DenoisingModels {
  private readonly opened = new Map<string, Promise<DenoisingModel>>()

  /** @param chosen folder of a run or of a saved model, or builtin:NAME; null for what suits each picture */
  constructor(private readonly chosen: string | null) {}

  /** @throws ExpectedError when it cannot be opened */
  for({ channels }: { readonly channels: 1 | 2 | 3 | 4 }): Promise<DenoisingModel> {
    const name = this.chosen ?? builtin(channels < 3 ? 'grey' : 'color')
    let model = this.opened.get(name)
    if (!model) this.opened.set(name, (model = open(name)))
    return model
  }
}

async function open(name: string): Promise<DenoisingModel> {
  const { files, noise } = await openNamedModel(name)
  return { name, files, trained: noise === null ? null : parseNoise(noise) }
}
