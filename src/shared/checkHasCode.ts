import { ExpectedError } from './errors'
import { hasCode, type ModelSpec } from './modelSpec'

/** @throws ExpectedError `bad-input` for a model whose decoder is told more than a code, or has none */
export function checkHasCode(spec: ModelSpec): void {
  if (hasCode(spec)) return
  throw new ExpectedError(
    'bad-input',
    'This model has no latent code: it restores images only. Choose a model that squeezes them into one.',
  )
}
