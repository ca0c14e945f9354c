import { fitPca, projectPca } from '../../engine/projection/pca'
import { projectUmap } from '../../engine/projection/umap'
import { randomStream } from '../../engine/training/random'
import type { ComputeTasks } from '../protocol'
import type { TaskContext } from '../taskContext'

export async function project(
  { values, dimensions, method, seed }: ComputeTasks['project']['params'],
  context: TaskContext<ComputeTasks['project']['event']>,
): Promise<ComputeTasks['project']['result']> {
  if (method === 'pca') {
    const pca = fitPca(values, dimensions, 2)
    return { points: projectPca(pca, values), explained: [...pca.varianceRatio] }
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
