import type { PixelSource } from '../../engine/training/pixelSource'
import type { Dataset } from '../../store/datasetStore'

/** A dataset on disk as the engine reads it. */
export function pixelSourceOf(dataset: Dataset): PixelSource {
  return {
    count: dataset.info.count,
    rowBytes: dataset.rowBytes,
    readRows: (start, count, into) => dataset.readRows(start, count, into),
  }
}
