import type { PixelBlock, RunSamples, RunSnapshot } from '../../../shared/api/library'
import type { EpochSnapshot, SnapshotImages } from '../../store/historyStore'
import { LatentMap } from '../../engine/projection/latentMap'

export function samplesOf(
  { originals, inputs, sampleRows, codeRows }: SnapshotImages,
  { mapLabels, datasetRevision }: Pick<RunSamples, 'mapLabels' | 'datasetRevision'>,
): RunSamples {
  return {
    originals: blockOf(originals),
    inputs: blockOf(inputs),
    rows: sampleRows,
    mapRows: codeRows,
    mapLabels,
    datasetRevision,
  }
}

export function snapshotOf(
  epoch: number,
  { reconstructions, kernels, map, codes }: EpochSnapshot,
): RunSnapshot {
  return {
    epoch,
    reconstructions: blockOf(reconstructions),
    kernels: kernels && blockOf(kernels),
    // Histories of old have codes only; their points cannot keep their places.
    map: map?.data ?? (codes && new LatentMap().next(codes.data, codes.shape[1]!)),
  }
}

function blockOf({ shape, data }: EpochSnapshot['reconstructions']): PixelBlock {
  const [count, height, width, channels] = shape as [number, number, number, 1 | 3]
  return { count, height, width, channels, data }
}
