import { ExpectedError } from './errors'
import type { InputShape } from './modelSpec'
import type { PatchesConfig } from './trainingConfig'

/** @throws ExpectedError `bad-spec` when a dataset's images are not what a model takes */
export function checkDatasetFits(
  info: InputShape & { readonly name: string },
  input: InputShape,
  /** Not null where the model is trained on patches of the images. */
  patches: PatchesConfig | null = null,
): void {
  const fitsAlong = (side: 'width' | 'height') =>
    patches ? info[side] >= input[side] : info[side] === input[side]
  const fits = fitsAlong('width') && fitsAlong('height') && info.channels === input.channels
  if (fits) return
  const describe = ({ width, height, channels }: InputShape) =>
    `${width} × ${height} pixels, ${channels === 3 ? 'colour' : 'grey'}`
  throw new ExpectedError(
    'bad-spec',
    patches
      ? `The model is trained on patches of ${describe(input)}; images of ${info.name} are ${describe(info)}. Import them again at least as large, in the same colour.`
      : `The model takes images of ${describe(input)}; those of ${info.name} are ${describe(info)}. Import them again as ${describe(input)}.`,
  )
}
