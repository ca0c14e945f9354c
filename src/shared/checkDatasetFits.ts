import { ExpectedError } from './errors'
import type { InputShape } from './modelSpec'
import type { PatchesConfig } from './trainingConfig'
import { sentence } from './texts/sentence'

/** Whether a dataset's images are what a model takes. `patches` is not null where it is trained on patches of them. */
export function fitsDataset(images: InputShape, input: InputShape, patches: PatchesConfig | null): boolean {
  const fitsAlong = (side: 'width' | 'height') =>
    patches ? images[side] >= input[side] : images[side] === input[side]
  return fitsAlong('width') && fitsAlong('height') && images.channels === input.channels
}

/** @throws ExpectedError `bad-spec` when a dataset's images are not what a model takes */
export function checkDatasetFits(
  info: InputShape & { readonly name: string },
  input: InputShape,
  /** Not null where the model is trained on patches of the images. */
  patches: PatchesConfig | null = null,
): void {
  if (fitsDataset(info, input, patches)) return
  const describe = ({ width, height, channels }: InputShape) =>
    sentence(channels === 3 ? 'training.sizeInColor' : 'training.sizeInGrey', { width, height })
  throw new ExpectedError(
    'bad-spec',
    patches
      ? sentence('training.patchesLarger', {
          patch: describe(input),
          name: info.name,
          images: describe(info),
        })
      : sentence('training.sizesDiffer', { input: describe(input), name: info.name, images: describe(info) }),
  )
}
