import type { ClusterMethod, LatentFormat, Projection } from '../../../shared/api/latent'
import { CancelledError } from '../../../shared/errors'
import { OutputFolder } from '../../store/outputFolder'
import type { ModelRequest, ModelWork } from '../models/modelWork'
import { openNamedModel } from '../models/builtinModels'
import { latentChart } from '../../base/drawing/latentChart'
import { chartPng } from '../../base/drawing/montage'
import type { LoadedSet } from './codeSet'
import { latentFileNames, writeLatentFiles } from './latentFiles'
import type { PointFiles } from './pointFiles'
import { surveyImages } from './surveyImages'

export interface MapRequest extends ModelRequest {
  /** A dataset, or folders and files of images. */
  readonly images: readonly string[]
  readonly out: string
  readonly overwrite: boolean
  readonly projection: Projection
  readonly formats: readonly LatentFormat[]
  readonly clusters: ClusterMethod | null
  readonly seed: number
}

export interface MapSummary {
  readonly count: number
  readonly dimensions: number
  /** Codes that are not finite. */
  readonly broken: number
  /** Share of the variance along each axis of the map. */
  readonly explained: readonly number[] | null
  readonly trustworthiness: number | null
  /** Of PCA of the same codes, to compare with; null where the map is PCA itself. */
  readonly pcaTrustworthiness: number | null
  /** Of the k nearest codes' vote; null without two labels. */
  readonly labelAccuracy: number | null
  readonly clusters: {
    readonly count: number
    readonly none: number
    readonly ari: number | null
    readonly nmi: number | null
  } | null
  /** In the folder. */
  readonly files: readonly string[]
}

const voters = 15

/** A map of the codes of images as tables and as a picture. @throws ExpectedError, CancelledError; nothing is written then */
export async function mapImages(request: MapRequest, work: ModelWork): Promise<MapSummary> {
  const { images, out, overwrite, formats } = request
  const names = [...formats.flatMap((format) => latentFileNames(format, true)), 'map.svg', 'map.png']
  const files = request.clusters ? [...names, 'clusters.csv'] : names
  const output = await OutputFolder.open(out, files, { overwrite })
  try {
    const model = await openNamedModel(request.model)
    const summary = await surveyImages(model, images, request, work, (set, points) =>
      writeAll(output, set, request, work, points),
    )
    await output.commit()
    return { ...summary, files }
  } catch (error) {
    await output.abort()
    throw error
  }
}

async function writeAll(
  output: OutputFolder,
  set: LoadedSet,
  { projection, formats, clusters, seed }: MapRequest,
  { client, signal, onMapping }: ModelWork,
  files: PointFiles,
): Promise<Omit<MapSummary, 'files'>> {
  const { codes, labels, labelNames, plan, broken } = set
  const lent = { codes, dimensions: plan.dimensions }
  const onEvent = (at: { done: number; total: number }) => onMapping?.((100 * at.done) / at.total, 100)
  const map = await client.call('mapCodes', { ...lent, projection }, { signal, onEvent })
  if (signal?.aborted) throw new CancelledError('Stopped.')
  const components = map.components === 3 ? 3 : 2
  const pca =
    projection.method === 'pca'
      ? null
      : await client.call('mapCodes', { ...lent, projection: { method: 'pca', components } }, { signal })
  for (const format of formats) await writeLatentFiles(output, format, set, map, files)
  const svg = latentChart(picture(map, set), 'light')
  await output.write('map.svg', Buffer.from(svg))
  await output.write('map.png', await chartPng(svg))
  const accuracy =
    labelNames.length > 1
      ? await client.call('labelAccuracy', { ...lent, labels, k: voters, metric: 'euclidean' }, { signal })
      : null
  const found =
    clusters && (await client.call('clusterCodes', { ...lent, method: clusters, seed, labels }, { signal }))
  if (found)
    await output.write('clusters.csv', Buffer.from(`cluster\r\n${[...found.clusters].join('\r\n')}\r\n`))
  return {
    count: plan.count,
    dimensions: plan.dimensions,
    broken,
    explained: map.explained && [...map.explained.subarray(0, map.components)],
    trustworthiness: map.trustworthiness,
    pcaTrustworthiness: pca && pca.trustworthiness,
    labelAccuracy: accuracy && accuracy.accuracy,
    clusters: found && {
      count: found.sizes.length,
      none: found.clusters.filter((cluster) => cluster < 0).length,
      ari: found.agreement?.ari ?? null,
      nmi: found.agreement?.nmi ?? null,
    },
  }
}

/** The first two coordinates of all points that have a place. */
function picture(
  { points, components }: { readonly points: Float32Array; readonly components: number },
  { labels, labelNames, plan }: LoadedSet,
) {
  const shown = Array.from({ length: plan.count }, (_, i) => i).filter((i) =>
    Number.isFinite(points[i * components]!),
  )
  return {
    points: Float32Array.from(
      shown.flatMap((i) => [points[i * components]!, components > 1 ? points[i * components + 1]! : 0]),
    ),
    labels: shown.map((i) => labelNames[labels[i]!] ?? null),
  }
}
