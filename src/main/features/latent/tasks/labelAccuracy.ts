import { ExpectedError } from '../../../../shared/errors'
import { sentence } from '../../../../shared/texts/sentence'
import { voteAccuracy } from '../../../engine/latent/voteAccuracy'
import { finiteRows } from '../../../engine/latent/statistics'
import type { CodeMetric, LabelAccuracy } from '../../../../shared/api/latent'
import type { CodesParams } from './latentTasks'

interface Accuracy {
  params: CodesParams & { labels: Int32Array; k: number; metric: CodeMetric }
  result: LabelAccuracy
  event: never
}

export async function labelAccuracy({
  codes,
  dimensions,
  labels,
  k,
  metric,
}: Accuracy['params']): Promise<Accuracy['result']> {
  const labelled = finiteRows(codes, dimensions).filter((row) => labels[row]! >= 0)
  if (new Set(Array.from(labelled, (row) => labels[row]!)).size < 2)
    throw new ExpectedError('bad-input', sentence('latent.needsImagesTwoDifferent'))
  return voteAccuracy(codes, dimensions, labels, labelled, { k, metric })
}
