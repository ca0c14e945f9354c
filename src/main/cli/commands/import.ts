import { basename, resolve } from 'node:path'
import type { Command } from 'commander'
import { fits, preprocessingSchema, type Preprocessing } from '../../../shared/dataset'
import type { PictureRange } from '../../../shared/pictureRange'
import { ExpectedError } from '../../../shared/errors'
import { importDataset, type ImportProgress, type ImportResult } from '../../features/datasets/importDataset'
import { tableKindOf } from '../../features/tables/tableKind'
import { importRatingsFile } from '../ratings/ratingsImport'
import type { CommandContext } from '../context'
import { counted, describeScale, formatAmount } from '../format'
import { freeNameOfDataset, outFolder, register } from '../library'
import { importTableFile, type TableFlags } from '../tables/tableTrain'
import { tableOptions } from '../trainOptions'
import type { TableKind } from '../../../shared/tables'
import { choice, examples, imageSize, integer, pictureRange, seed } from '../options'

interface ImportOptions extends TableFlags {
  as?: TableKind
  out?: string
  size?: { width: number; height: number }
  color: Preprocessing['color']
  fit: Preprocessing['fit']
  patches?: string
  labels: Preprocessing['labels']
  background: string
  range: PictureRange
  limit?: number
  seed: number
  overwrite?: boolean
}

/** Skipped files that are named on the terminal; dataset.json names all of them. */
const shownSkipped = 10

const skippedNote = ({ skipped }: ImportProgress) =>
  skipped > 0 ? `${formatAmount(skipped)} skipped` : undefined

export function registerImport(program: Command, context: CommandContext): void {
  addOptions(program.command('import'))
    .description(
      'Turn folders of images, single images, IDX files, a table or a file of ratings into a dataset.',
    )
    .argument(
      '<source...>',
      'folders, image files (JPEG, PNG, WebP, AVIF, HEIC, TIFF, GIF, BMP, OpenEXR, camera raw), IDX files, a table (CSV, TSV, Parquet, NPY), or ratings (CSV, TSV)',
    )
    .addHelpText(
      'after',
      examples(
        'hourglass import photos --out photos.dataset --size 64 --color rgb',
        'hourglass import scans --out scans.dataset --size 32 --patches 50',
        'hourglass import ratings.csv --out ratings.dataset',
        'hourglass import table.csv --out table.dataset --leave-out label',
        'hourglass import train-images-idx3-ubyte.gz --out mnist.dataset',
      ),
    )
    .action(async (sources: string[], options: ImportOptions) => {
      const { overwrite = false, as, leaveOut, scaling, ...settings } = options
      const kinds = await Promise.all(sources.map((source) => tableKindOf(source, as)))
      if (kinds.includes('ratings')) return importRatingsFile(sources, options.out, overwrite, context)
      if (kinds.includes('table'))
        return importTableFile(sources, options.out, { overwrite, leaveOut, scaling }, context)
      const preprocessing = readPreprocessing(settings)
      const task = context.progress.start('Importing', 0, 'images')
      const onProgress = (progress: ImportProgress) => {
        task.setTotal(progress.total)
        task.update(progress.done, skippedNote(progress))
        context.output.record({ type: 'progress', ...progress })
      }
      try {
        const { signal } = context
        const name = basename(resolve(sources[0]!))
        // Before its folder is there, which would have that name.
        const given = options.out === undefined ? await freeNameOfDataset(name) : undefined
        const out = await outFolder('datasets', options.out, name)
        report(context, await importDataset({ sources, out, name: given, preprocessing, signal, onProgress }))
        await register('datasets', out, context)
      } finally {
        task.end()
      }
    })
}

function addOptions(command: Command): Command {
  return tableOptions(command)
    .option(
      '--out <dataset>',
      'the folder of the dataset: new, empty, or a dataset to bring up to date; in the library if not given',
    )
    .option(
      '--size <size>',
      'pixels of an image, such as 64 or 28x20 (width first); 28 if not given',
      imageSize,
    )
    .addOption(choice('--color <color>', 'grey or rgb', ['grey', 'rgb']).default('grey'))
    .addOption(choice('--fit <fit>', 'how another shape is made to fit', fits).default('cover'))
    .option(
      '--patches <n|grid>',
      'cut n patches of that size at random places of each image, or a grid of them',
    )
    .addOption(choice('--labels <labels>', 'where labels come from', ['folder', 'none']).default('folder'))
    .option(
      '--background <color>',
      'what shows through transparent images and around contained ones',
      '#000000',
    )
    .option(
      '--range <range>',
      'black and white of images with more than 8 bits: auto, full, or two numbers such as 0:4095',
      pictureRange,
      'auto',
    )
    .option('--limit <n>', 'at most so many images, spread over all', integer({ min: 1 }))
    .option('--seed <n>', 'places random patches', seed, 1)
    .option('--overwrite', 'replace the table or the ratings in --out')
}

function readPreprocessing({
  size,
  patches,
  limit,
  ...rest
}: Omit<ImportOptions, 'overwrite' | 'as' | 'leaveOut' | 'scaling'>): Preprocessing {
  const parsed = preprocessingSchema.safeParse({
    ...size,
    ...rest,
    limit: limit ?? null,
    patches:
      patches === undefined
        ? null
        : patches === 'grid'
          ? { mode: 'grid' }
          : { mode: 'random', count: Number(patches) },
  })
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new ExpectedError(
    'bad-usage',
    issue?.path[0] === 'patches'
      ? `--patches takes a number from 1 to 100000, or grid; not ${patches}.`
      : `--${String(issue?.path[0])}: ${issue?.message}`,
  )
}

function report({ output }: CommandContext, { dataset, info, decoded, reused }: ImportResult): void {
  const { count, width, height, color } = { ...info, ...info.preprocessing }
  const labels = info.labels.length > 0 ? `, ${info.labels.length} labels` : ''
  output.line(`${counted(count, 'image')} of ${width} × ${height}, ${color}${labels}, in ${dataset}.`)
  for (const { bits, kind, ...scale } of info.scales ?? [])
    output.line(
      `Images of ${bits} bits${kind === 'unsigned' ? '' : `, ${kind}`}: ${describeScale(scale)}. --range sets another.`,
    )
  if (reused > 0)
    output.line(
      `${formatAmount(reused)} had not changed and were taken over; ${formatAmount(decoded)} were read.`,
    )
  for (const { path, reason } of info.skipped.slice(0, shownSkipped))
    output.line(`Skipped ${path}: ${reason}`)
  const more = info.skipped.length - shownSkipped
  if (more > 0) output.line(`… and ${formatAmount(more)} more, all listed in dataset.json.`)
  output.record({
    type: 'done',
    dataset,
    count,
    width,
    height,
    channels: info.channels,
    labels: info.labels,
    decoded,
    reused,
    scales: info.scales ?? [],
    skipped: info.skipped.length,
  })
}
