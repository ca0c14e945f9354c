import type { DenoiseControls } from '../../../shared/api/denoising'
import { ExpectedError } from '../../../shared/errors'
import type { RestoringQuality } from '../../../shared/noise'
import { builtin } from '../models/builtinModels'
import { type DenoisingModel, openDenoisingModel } from './denoisingModels'
import type { Picture } from '../pictures/readPicture'

/** Models as they are chosen in the window: by id, the built-in ones, or the one of those that suits a picture. */
export class ChosenModels {
  private readonly opened = new Map<string, Promise<DenoisingModel>>()

  /** @param folderOf of a model of the library; may throw ExpectedError */
  constructor(private readonly folderOf: (id: string) => Promise<string>) {}

  /** @throws ExpectedError for one that is gone, or does not remove noise */
  for(
    { model: chosen, quality }: Pick<DenoiseControls, 'model' | 'quality'>,
    { channels }: Pick<Picture, 'channels'>,
  ): Promise<DenoisingModel> {
    const name = chosen === 'auto' ? builtin(channels < 3 ? 'grey' : 'color') : chosen
    const key = `${quality} ${name}`
    let model = this.opened.get(key)
    if (!model) {
      model = this.open(name, quality)
      model.catch(() => this.opened.delete(key))
      this.opened.set(key, model)
    }
    return model
  }

  /** Those of runs change while they train. */
  clear(): void {
    this.opened.clear()
  }

  private async open(name: string, quality: RestoringQuality): Promise<DenoisingModel> {
    if (name.startsWith('builtin:')) return openDenoisingModel(name, quality)
    let folder: string
    try {
      folder = await this.folderOf(name)
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error
      const sentence = `The model “${name}” is not in the library any more. Choose another one.`
      throw new ExpectedError('not-found', sentence, { cause: error })
    }
    return openDenoisingModel(folder, quality)
  }
}
