import { ExpectedError } from './errors'
import { sentence } from './texts/sentence'
import { hasCode, type ModelSpec } from './modelSpec'

/** @throws ExpectedError `bad-input` for a model whose decoder is told more than a code, or has none */
export function checkHasCode(spec: ModelSpec): void {
  if (hasCode(spec)) return
  throw new ExpectedError('bad-input', sentence('shared.modelNoLatentCode'))
}
