import { projectionSchema } from '../../../shared/api/latent'
import { CancelledError } from '../../../shared/errors'
import { readCodesCsv } from '../../store/csv'
import type { LatentMap } from '../../base/drawing/latentChart'
import type { DemoWork } from './demoWork'

/** UMAP looks at 15 neighbours of each point; of fewer than twice as many it makes no map worth looking at. */
const fewestForUmap = 30
/** Codes that differ in length only are the same letter in a lighter or bolder hand: the map goes by their angles. */
const byDirection = { method: 'umap', components: 2, metric: 'cosine' } as const

export interface MappedCodes {
  readonly map: LatentMap & { method: string }
  /** Share of the codes' variance along each principal axis. */
  readonly varianceRatio: number[]
}

/** Codes out of a CSV file in two dimensions. @throws CancelledError, ExpectedError */
export async function mapCodes(
  file: string,
  seed: number,
  { client, signal, onProgress }: DemoWork,
): Promise<MappedCodes> {
  const { codes, count, dimensions, labels } = await readCodesCsv(file)
  const plane = { method: 'pca', components: 2 } as const
  const axes = await client.call('mapCodes', { codes, dimensions, projection: plane }, { signal })
  if (signal?.aborted) throw new CancelledError('Stopped.')
  const umap =
    count < fewestForUmap
      ? null
      : await client.call(
          'mapCodes',
          { codes, dimensions, projection: projectionSchema.parse({ ...byDirection, seed }) },
          { signal, onEvent: ({ done, total }) => onProgress('Mapping', done, total, 'percent') },
        )
  return {
    map: {
      points: (umap ?? axes).points,
      labels: Array.from({ length: count }, (_, i) => labels?.[i] || null),
      method: umap ? 'UMAP of their directions' : 'principal components',
    },
    varianceRatio: [...axes.explained!],
  }
}
