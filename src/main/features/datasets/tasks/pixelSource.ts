import type { ImageSource } from '../../../engine/training/patchBatches'
import type { Dataset } from '../../../store/datasetStore'

/** A dataset on disk as the engine reads it. */
export function pixelSourceOf(dataset: Dataset): ImageSource {
  const { height, width, channels } = dataset.info
  return {
    count: dataset.info.count,
    rowBytes: dataset.rowBytes,
    shape: { height, width, channels },
    readRows: (start, count, into) => dataset.readRows(start, count, into),
  }
}
