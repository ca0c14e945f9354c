import { Option } from 'commander'
import { ExpectedError } from '../../shared/errors'
import { restoringQualities } from '../../shared/noise'
import { namesModel } from '../features/models/builtinModels'
import { autoOr, choice, integer } from './options'

/** What commands that restore pictures have in common: `denoise` and `restore`. */
export const tileOption = () =>
  new Option('--tile <side>', 'pixels of the tiles it works in; auto takes what goes into memory')
    .argParser(autoOr(integer({ min: 16, max: 8192 })))
    .default('auto')

export const qualityOption = () =>
  choice(
    '--quality <name>',
    'fast, or best: the mean over eight flips and turns of the picture, which takes eight times as long',
    restoringQualities,
  ).default('fast')

/** The first of several may be the model. @throws ExpectedError where there is nothing but a model */
export function modelAndImages(given: readonly string[]): {
  model: string | null
  images: readonly string[]
} {
  const [first, ...others] = given
  if (!namesModel(first!)) return { model: null, images: given }
  if (others.length > 0) return { model: first!, images: others }
  throw new ExpectedError('bad-usage', `${first} is a model. Name the pictures after it.`)
}
