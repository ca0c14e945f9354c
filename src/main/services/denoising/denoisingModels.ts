import { ExpectedError } from '../../../shared/errors'
import { type NoiseSpec, parseNoise } from '../../../shared/noise'
import type { ModelFiles } from '../../worker/protocol'
import { builtin, openNamedModel } from '../models/builtinModels'

export interface DenoisingModel {
  readonly name: string
  readonly files: ModelFiles
  /** The noise that it learned to remove. */
  readonly trained: NoiseSpec
  /** What takes its place where the noise is not white; not where a model was chosen by name. */
  readonly camera?: DenoisingModel
}

/** What the worker is told of a model. */
export const modelParams = ({ files, trained, camera }: DenoisingModel) => ({
  ...{ model: files, trained },
  ...(camera && { camera: { model: camera.files, trained: camera.trained } }),
})

/** One model for all pictures, or the built-in one that suits each; opened when it is first needed. */
export class DenoisingModels {
  private readonly opened = new Map<string, Promise<DenoisingModel>>()

  /** @param chosen folder of a run or of a saved model, or builtin:NAME; null for what suits each picture */
  constructor(private readonly chosen: string | null) {}

  /** @throws ExpectedError when it cannot be opened, `unsupported` where it does not remove noise */
  for({ channels }: { readonly channels: 1 | 2 | 3 | 4 }): Promise<DenoisingModel> {
    const name = this.chosen ?? builtin(channels < 3 ? 'grey' : 'color')
    let model = this.opened.get(name)
    if (!model) this.opened.set(name, (model = this.open(name)))
    return model
  }

  private async open(name: string): Promise<DenoisingModel> {
    const model = await openDenoisingModel(name)
    return this.chosen === null ? { ...model, camera: await openDenoisingModel(builtin('camera')) } : model
  }
}

/** @throws ExpectedError when it cannot be opened, `unsupported` where it does not remove noise */
export async function openDenoisingModel(name: string): Promise<DenoisingModel> {
  const { files, noise } = await openNamedModel(name)
  if (noise === null)
    throw new ExpectedError(
      'unsupported',
      `The model ${name} has not learned to remove noise. Leave the model out to use the built-in one, or train one with --noise gaussian:0-55.`,
    )
  return { name, files, trained: parseNoise(noise) }
}
