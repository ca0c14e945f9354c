import { ExpectedError } from './errors'
import type { InputShape } from './modelSpec'

/** @throws ExpectedError `bad-spec` when a dataset's images are not what a model takes */
export function checkDatasetFits(info: InputShape & { readonly name: string }, input: InputShape): void {
  const fits = info.width === input.width && info.height === input.height && info.channels === input.channels
  if (fits) return
  const describe = ({ width, height, channels }: InputShape) =>
    `${width} × ${height} pixels, ${channels === 3 ? 'colour' : 'grey'}`
  throw new ExpectedError(
    'bad-spec',
    `The model takes images of ${describe(input)}; those of ${info.name} are ${describe(info)}. Import them again as ${describe(input)}.`,
  )
}
