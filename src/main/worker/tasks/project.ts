import { fitPca, type Pca, projectPca } from '../../engine/projection/pca'
import { projectUmap } from '../../engine/projection/umap'
import { randomStream } from '../../engine/training/random'
import type { ComputeTasks } from '../protocol'
import type { TaskContext } from '../taskContext'

export async function project(
  { values, dimensions, method, seed }: ComputeTasks['project']['params'],
  context: TaskContext<ComputeTasks['project']['event']>,
): Promise<ComputeTasks['project']['result']> {
  if (method === 'pca') {
    const pca = fitPca(values, dimensions, dimensions)
    return { points: inPlane(pca, values), explained: [...pca.varianceRatio] }
  }
  const random = randomStream(seed)
  const total = 100
  const ending = new AbortController()
  const points = await projectUmap(values, dimensions, {
    random: () => random.uniform(),
    onProgress: (share) => {
      context.emit({ type: 'progress', done: Math.round(share * total), total })
      if (context.requested() !== 'continue') ending.abort()
    },
    signal: ending.signal,
  })
  return { points, explained: null }
}

/** Coordinates along the first two axes; 0 along those that are not there, since the values differ in fewer ways. */
function inPlane(pca: Pca, values: Float32Array): Float32Array {
  const components = Math.min(2, pca.components)
  const coordinates = projectPca({ ...pca, components }, values)
  const points = new Float32Array((values.length / pca.dimensions) * 2)
  coordinates.forEach((value, i) => (points[Math.floor(i / components) * 2 + (i % components)] = value))
  return points
}
