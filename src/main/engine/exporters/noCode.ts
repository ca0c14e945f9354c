import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'

export const noCode = () => new ExpectedError('bad-input', sentence('models.noCodeToExport'))
