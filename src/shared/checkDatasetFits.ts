import { ExpectedError } from './errors'
import type { InputShape } from './modelSpec'
import type { PatchesConfig } from './trainingConfig'

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
    `${width} × ${height} pixels, ${channels === 3 ? 'colour' : 'grey'}`
  throw new ExpectedError(
    'bad-spec',
    patches
      ? `The model is trained on patches of ${describe(input)}; images of ${info.name} are ${describe(info)}. Import them again at least as large, in the same colour.`
      : `The model takes images of ${describe(input)}; those of ${info.name} are ${describe(info)}. Import them again as ${describe(input)}.`,
  )
}
