import { ExpectedError } from '../../../../shared/errors'
import { sentence } from '../../../../shared/texts/sentence'
import { agreementOf } from '../../../engine/latent/agreement'
import { clusterByDensity } from '../../../engine/latent/densityClusters'
import { clusterKMeans } from '../../../engine/latent/kMeans'
import { finiteRows, rowsOf } from '../../../engine/latent/statistics'
import { bySize, typicalOf } from '../../../engine/latent/typical'
import { type TaskContext, throwIfEnding } from '../../../worker/taskContext'
import type { ClusterMethod, ClusteredCodes } from '../../../../shared/api/latent'
import type { CodesParams } from './latentTasks'
import type { ProgressEvent } from '../../../worker/protocol'

interface Cluster {
  params: CodesParams & { method: ClusterMethod; seed: number; labels: Int32Array }
  result: ClusteredCodes
  event: ProgressEvent
}

export async function clusterCodes(
  { codes, dimensions, method, seed, labels }: Cluster['params'],
  context: TaskContext<Cluster['event']>,
): Promise<Cluster['result']> {
  const rows = finiteRows(codes, dimensions)
  const values = rowsOf(codes, dimensions, rows)
  const needed = method.method === 'kmeans' ? method.count : method.minSize
  if (rows.length < needed)
    throw new ExpectedError('bad-input', sentence('latent.imagesTooFewChoose', { length: rows.length }))
  const found =
    method.method === 'kmeans'
      ? clusterKMeans(values, dimensions, method.count, seed)
      : clusterByDensity(values, dimensions, method.minSize, seed, (share) => {
          throwIfEnding(context as TaskContext<never>)
          context.emit({ type: 'progress', done: Math.round(100 * share), total: 100 })
        })
  throwIfEnding(context as TaskContext<never>)
  const ofRows = bySize(found)
  const clusters = new Int32Array(codes.length / dimensions).fill(-1)
  rows.forEach((row, i) => (clusters[row] = ofRows[i]!))
  const count = clusters.reduce((most, cluster) => Math.max(most, cluster), -1) + 1
  const sizes = Array.from({ length: count }, () => 0)
  for (const cluster of clusters) if (cluster >= 0) sizes[cluster]!++
  return {
    clusters,
    sizes,
    typical: typicalOf(values, dimensions, ofRows, count).map((some) => some.map((i) => rows[i]!)),
    agreement: agreementWithLabels(clusters, labels),
  }
}

/** Over what has both; null where there are no two labels. */
function agreementWithLabels(clusters: Int32Array, labels: Int32Array) {
  const both = Int32Array.from(clusters.keys()).filter((i) => clusters[i]! >= 0 && labels[i]! >= 0)
  if (new Set(labels.filter((label) => label >= 0)).size < 2 || both.length === 0) return null
  return agreementOf(
    both.map((i) => clusters[i]!),
    both.map((i) => labels[i]!),
  )
}
