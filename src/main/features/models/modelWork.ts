import { type Preprocessing, preprocessingSchema, type Skipped } from '../../../shared/dataset'
import type { InputShape } from '../../../shared/modelSpec'
import type { ComputeClient } from '../../worker/computeClient'
import type { ComputeTarget } from '../../worker/protocol'
import type { ImportProgress } from '../datasets/importDataset'
import { resolveDataset, type ResolvedDataset } from '../datasets/resolveDataset'

/** What every use of a trained model has beside its request. */
export interface ModelWork {
  readonly client: ComputeClient
  readonly signal?: AbortSignal
  /** Of images that are made into a dataset on the spot. */
  readonly onImport?: (progress: ImportProgress) => void
  /** Images left out because they cannot be read. */
  readonly onSkipped?: (skipped: readonly Skipped[]) => void
  readonly onProgress?: (done: number, total: number) => void
  /** Of what comes after: the map of codes, in hundredths. */
  readonly onMapping?: (done: number, total: number) => void
}

/** A model and where to compute. */
export interface ModelRequest extends ComputeTarget {
  /** Folder of a run or of a saved model. */
  readonly model: string
}

/** A dataset as it is; images in the size and colour that the model takes. Close it when done. */
export async function openImages(
  paths: readonly string[],
  input: InputShape,
  { signal, onImport, onSkipped }: ModelWork,
): Promise<ResolvedDataset> {
  const options = { preprocessing: fittedTo(input), signal, onProgress: onImport }
  const resolved = await resolveDataset([...paths], options)
  const { folder, info } = resolved.dataset
  // What an earlier import left out is no news.
  if (folder !== paths[0] && info.skipped.length > 0) onSkipped?.(info.skipped)
  return resolved
}

function fittedTo({ width, height, channels }: InputShape): Preprocessing {
  return preprocessingSchema.parse({ width, height, color: channels === 3 ? 'rgb' : 'grey', fit: 'cover' })
}
