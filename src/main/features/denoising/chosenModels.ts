import type { DenoiseControls } from '../../../shared/api/denoising'
import { ExpectedError } from '../../../shared/errors'
import { builtin } from '../models/builtinModels'
import { type DenoisingModel, openDenoisingModel } from './denoisingModels'
import type { Picture } from '../pictures/readPicture'

/** Models as they are chosen in the window: by id, the built-in ones, or the one of those that suits a picture. */
export class ChosenModels {
  private readonly opened = new Map<string, Promise<DenoisingModel>>()

  /** @param folderOf of a model of the library; may throw ExpectedError */
  constructor(private readonly folderOf: (id: string) => Promise<string>) {}

  /** @throws ExpectedError for one that is gone, or does not remove noise */
  for(chosen: DenoiseControls['model'], { channels }: Pick<Picture, 'channels'>): Promise<DenoisingModel> {
    const name = chosen === 'auto' ? builtin(channels < 3 ? 'grey' : 'color') : chosen
    let model = this.opened.get(name)
    if (!model) {
      model = this.open(name)
      model.catch(() => this.opened.delete(name))
      this.opened.set(name, model)
    }
    return model
  }

  /** Those of runs change while they train. */
  clear(): void {
    this.opened.clear()
  }

  private async open(name: string): Promise<DenoisingModel> {
    if (name.startsWith('builtin:')) return openDenoisingModel(name)
    let folder: string
    try {
      folder = await this.folderOf(name)
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error
      const sentence = `The model “${name}” is not in the library any more. Choose another one.`
      throw new ExpectedError('not-found', sentence, { cause: error })
    }
    return openDenoisingModel(folder)
  }
}
