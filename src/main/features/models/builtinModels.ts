import { join } from 'node:path'
import { builtinModelsFolder } from '../../store/builtFiles'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { isModelFolder, openModel, type TrainedModel } from '../../store/modelStore'

const prefix = 'builtin:'
const names = ['grey', 'color', 'jpeg'] as const
export type BuiltinName = (typeof names)[number]

/** As on the command line: builtin:grey. */
export const builtin = (name: BuiltinName): string => prefix + name

/** Whether a path or name is that of a model and not of images; it may be damaged all the same. */
export const namesModel = (path: string): boolean => path.startsWith(prefix) || isModelFolder(path)

/**
 * Opens a run, a saved model, or one that comes with the app, such as builtin:grey.
 * @throws ExpectedError as openModel, and `not-found` for a built-in one that there is not
 */
export async function openNamedModel(path: string): Promise<TrainedModel> {
  if (!path.startsWith(prefix)) return openModel(path)
  const name = names.find((known) => builtin(known) === path)
  if (name) return openModel(join(builtinModelsFolder(), name))
  throw new ExpectedError(
    'not-found',
    sentence('models.noBuiltModelChoose', { path, names: names.map(builtin).join(' or ') }),
  )
}
