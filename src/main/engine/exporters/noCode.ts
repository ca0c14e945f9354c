import { ExpectedError } from '../../../shared/errors'

export const noCode = () =>
  new ExpectedError(
    'bad-input',
    'This model has no latent code, so it has no encoder and no decoder of its own. Export it whole.',
  )
