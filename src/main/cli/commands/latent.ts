import type { Command } from 'commander'
import {
  type LatentFormat,
  latentFormats,
  type Projection,
  projectionSchema,
} from '../../../shared/api/latent'
import { ExpectedError } from '../../../shared/errors'
import { judgeTrustworthiness } from '../../../shared/trustworthiness'
import type { MapSummary } from '../../features/latent/mapImages'
import type { CommandContext } from '../context'
import { counted, formatAmount } from '../format'
import { modelCommand, type TargetFlags, withModel } from '../modelCommand'
import { choice, decimal, examples, integer, seed as parseSeed } from '../options'

interface LatentFlags extends TargetFlags {
  out: string
  overwrite?: boolean
  projection: Projection['method']
  axes: number[]
  components: '2' | '3'
  neighbours: number
  minDistance: number
  metric: 'euclidean' | 'cosine'
  clusters?: number
  format: LatentFormat[]
  seed: number
}

export function registerLatent(program: Command, context: CommandContext): void {
  addOptions(modelCommand(program, 'latent'))
    .description('Map images by their latent codes: coordinates as a table, and the map as a picture.')
    .action(async (model: string, images: string[], flags: LatentFlags) => {
      const { out, overwrite = false, runtime, device, format: formats, seed } = flags
      const clusters =
        flags.clusters === undefined ? null : ({ method: 'kmeans', count: flags.clusters } as const)
      const request = { model, images, out, overwrite, runtime, device, formats, seed, clusters }
      const { mapImages } = await import('../../features/latent/mapImages')
      const summary = await withModel(context, { label: 'Encoding', unit: 'images' }, (work) =>
        mapImages({ ...request, projection: projectionOf(flags) }, work),
      )
      for (const line of describe(summary)) context.output.line(line)
      context.output.line(`In ${out}: ${summary.files.join(', ')}`)
      context.output.record({ type: 'done', out, ...summary })
    })
}

function addOptions(command: Command): Command {
  return command
    .argument('<images...>', 'a dataset, or folders and files of images')
    .requiredOption('--out <folder>', 'where to put codes, coordinates, map.png and map.svg')
    .option('--overwrite', 'replace files that are there already')
    .addOption(
      choice('--projection <name>', 'how codes become points: PCA, UMAP, or code dimensions as they are', [
        'pca',
        'umap',
        'dims',
      ]).default('umap'),
    )
    .option('--axes <numbers>', 'of dims: one to three code dimensions, from 1', parseAxes, [0, 1])
    .addOption(choice('--components <n>', 'of pca and umap: a map in 2D or 3D', ['2', '3']).default('2'))
    .option(
      '--neighbours <n>',
      'of umap: neighbours of each image that the map keeps together; fewer show detail, more the whole',
      integer({ min: 2, max: 200 }),
      15,
    )
    .option(
      '--min-distance <d>',
      'of umap: minimum distance between points; 0 packs similar images closely',
      decimal({ min: 0, max: 1 }),
      0.1,
    )
    .addOption(
      choice('--metric <name>', 'of umap: Euclidean or cosine distance between codes', [
        'euclidean',
        'cosine',
      ]).default('euclidean'),
    )
    .option('--clusters <k>', 'this many clusters by k-means, in clusters.csv', integer({ min: 2, max: 100 }))
    .option('--format <names>', `tables: ${latentFormats.join(', ')}, with commas between`, parseFormats, [
      'csv',
    ])
    .option('--seed <n>', 'the same seed makes the same map', parseSeed, 1)
    .addHelpText(
      'after',
      examples(
        'hourglass latent run letters.dataset --out map',
        'hourglass latent run photos --out map --projection pca --format parquet,projector',
      ),
    )
}

function projectionOf(flags: LatentFlags): Projection {
  const { projection: method, axes, neighbours: neighbors, minDistance, metric } = flags
  if (method === 'dims') return { method, axes }
  const components = Number(flags.components)
  const umap = method === 'umap' ? { neighbors, minDistance, metric, seed: flags.seed & 0x7fffffff } : {}
  return projectionSchema.parse({ method, components, ...umap })
}

function parseAxes(text: string): number[] {
  const axes = text.split(',').map(integer({ min: 1, max: 1_000_000 }))
  if (axes.length >= 1 && axes.length <= 3) return axes.map((axis) => axis - 1)
  throw new ExpectedError('bad-usage', '--axes takes one to three numbers, such as 1,2.')
}

function parseFormats(text: string): LatentFormat[] {
  const formats = text.split(',').map((name) => latentFormats.find((known) => known === name.trim()))
  if (formats.every((format) => format !== undefined)) return [...new Set(formats)]
  throw new ExpectedError('bad-usage', `--format takes ${latentFormats.join(', ')}, with commas between.`)
}

function describe(summary: MapSummary): string[] {
  const { count, dimensions, broken, explained, trustworthiness, labelAccuracy, clusters } = summary
  const percent = (share: number) => `${formatAmount(100 * share)} %`
  return [
    `${counted(count, 'image')}, codes of ${counted(dimensions, 'number')}`,
    ...(broken > 0 ? [`${counted(broken, 'code')} left out of the map, not being numbers`] : []),
    ...(explained?.length
      ? [`the axes of the map hold ${explained.map(percent).join(' and ')} of the variance`]
      : []),
    ...(trustworthiness === null ? [] : [describeTrust(trustworthiness, summary.pcaTrustworthiness)]),
    ...(labelAccuracy === null ? [] : [`the 15 nearest codes tell ${percent(labelAccuracy)} of the labels`]),
    ...(clusters ? [describeClusters(clusters)] : []),
  ]
}

/** The figure alone says little: half of its range is what chance gets. */
function describeTrust(trustworthiness: number, pca: number | null): string {
  const beside = pca === null ? '' : `; PCA of the same codes reaches ${pca.toFixed(4)}`
  const word = judgeTrustworthiness(trustworthiness)
  return `trustworthiness ${trustworthiness.toFixed(4)} (15 neighbours): ${word}, where 1 is perfect and 0.5 is chance${beside}`
}

function describeClusters({ count, ari, nmi }: NonNullable<MapSummary['clusters']>): string {
  const agreement =
    ari === null || nmi === null ? '' : `, ARI ${ari.toFixed(3)} and NMI ${nmi.toFixed(3)} with the labels`
  return `${counted(count, 'cluster')}${agreement}`
}
