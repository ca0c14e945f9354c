import type { DenoiseControls } from '../../../shared/api/denoising'
import { type DamageKind, needsOwnModel } from '../../../shared/damage'
import { ExpectedError } from '../../../shared/errors'
import type { RestoringQuality } from '../../../shared/noise'
import { sentence } from '../../../shared/texts/sentence'
import { builtin } from '../models/builtinModels'
import { type DenoisingModel, openDenoisingModel } from './denoisingModels'
import type { Picture } from '../pictures/readPicture'

/** @throws ExpectedError where none comes with the app */
function builtinFor(kind: DamageKind, channels: Picture['channels']): string {
  if (needsOwnModel(kind))
    throw new ExpectedError(
      'unsupported',
      sentence(kind === 'blur' ? 'restoring.noModelForBlur' : 'restoring.noModelForPairs'),
    )
  if (kind === 'jpeg') return builtin('jpeg')
  // What fills and enlarges goes over each colour alone.
  return builtin(kind !== 'noise' || channels < 3 ? 'grey' : 'color')
}

/** Models as they are chosen in the window: by id, the built-in ones, or the one of those that suits a picture. */
export class ChosenModels {
  private readonly opened = new Map<string, Promise<DenoisingModel>>()

  /** @param folderOf of a model of the library; may throw ExpectedError */
  constructor(private readonly folderOf: (id: string) => Promise<string>) {}

  /** @throws ExpectedError for one that is gone, or does not remove noise */
  async for(
    { model: chosen, quality, kind }: Pick<DenoiseControls, 'model' | 'quality' | 'kind'>,
    { channels }: Pick<Picture, 'channels'>,
  ): Promise<DenoisingModel> {
    const name = chosen === 'auto' ? builtinFor(kind, channels) : chosen
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
      throw new ExpectedError('not-found', sentence('denoising.modelGone', { name }), { cause: error })
    }
    return openDenoisingModel(folder, quality)
  }
}
