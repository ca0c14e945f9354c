import type { ImportHints } from '../../../shared/importing'
import type { Weight } from '../models/weights'
import type { ImportedModel } from './importedModel'
import { ownModel } from './ownSpec'
import { importStateDict } from './torch/stateDict'

/**
 * A safetensors file: our own, or the state_dict of a PyTorch network, whose tensors are sorted by their names in it.
 * @throws ExpectedError
 */
export function importSafetensors(
  weights: Readonly<Record<string, Weight>>,
  metadata: Readonly<Record<string, string>>,
  file: string,
  hints: ImportHints,
): ImportedModel {
  return (
    ownModel(metadata, (name) => weights[name] ?? null, file) ??
    importStateDict(Object.entries(weights), false, file, hints)
  )
}
