import type { Command } from 'commander'
import { ExpectedError } from '../../../shared/errors'
import { compressImages, type CompressSummary } from '../../features/compression/compressImages'
import {
  claimCompressionReport,
  writeCompressionReport,
} from '../../features/compression/report/writeCompressionReport'
import { shareOf, verdictOf } from '../../features/compression/report/verdict'
import type { CompressionGoal } from '../../features/compression/tasks/compressionTasks'
import type { CommandContext } from '../context'
import { counted, formatAmount, formatDuration } from '../format'
import { modelCommand, type TargetFlags, withModel } from '../modelCommand'
import { autoOr, decimal, examples, integer } from '../options'
import { taskSequence } from '../taskSequence'

interface CompressFlags extends TargetFlags {
  out: string
  bits: number | 'auto'
  targetPsnr?: number
  maxError?: number
  lossless?: boolean
  modelOutside?: boolean
  report?: string
  comparison: boolean
  overwrite?: boolean
}

export function registerCompress(program: Command, context: CommandContext): void {
  modelCommand(program, 'compress')
    .description(
      'Keep images as codes of a model, in one file. With --json or --report also measured: JPEG, WebP, AVIF and PCA on the same images.',
    )
    .argument('<images...>', 'a dataset, or folders and files of images')
    .requiredOption('--out <file>', 'FILE.hgz')
    .option(
      '--bits <n>',
      'bits for the widest number of a code, from 4 to 16, or auto: as good as the model draws, but for half a dB',
      autoOr(integer({ min: 4, max: 16 })),
      'auto' as const,
    )
    .option(
      '--target-psnr <dB>',
      'how near the images are to come, for example 30; what the model cannot draw is kept beside its codes',
      decimal({ min: 1, max: 60 }),
    )
    .option('--max-error <n>', 'keep each pixel within so many of 255 levels', integer({ min: 1, max: 127 }))
    .option('--lossless', 'keep each pixel exactly')
    .option('--model-outside', 'leave the model out of the file, which then needs it to be decompressed')
    .option('--report <folder>', 'write the comparison as a page and as CSV')
    .option('--no-comparison', 'do not measure other codecs')
    .option('--overwrite', 'replace the file, and an earlier report, when they are there already')
    .addHelpText(
      'after',
      examples(
        'hourglass compress run digits --out digits.hgz',
        'hourglass compress run digits --out digits.hgz --target-psnr 22 --report report',
        'hourglass compress run digits --out digits.hgz --lossless --json',
      ),
    )
    .action((model: string, images: string[], flags: CompressFlags) => run(context, model, images, flags))
}

async function run(
  context: CommandContext,
  model: string,
  images: string[],
  flags: CompressFlags,
): Promise<void> {
  const { out, modelOutside = false, report, comparison, overwrite = false, runtime, device } = flags
  const request = {
    model,
    images,
    out,
    overwrite,
    modelOutside,
    goal: goalOf(flags),
    maxError: maxErrorOf(flags),
  }
  if (report !== undefined && !comparison)
    throw new ExpectedError(
      'bad-usage',
      'The report is the comparison. Leave --no-comparison or --report out.',
    )
  if (report !== undefined) await claimCompressionReport(report, overwrite)
  const compares = comparison && (report !== undefined || context.output.json)
  const comparing = taskSequence(context)
  const summary = await withModel(context, { label: 'Compressing', unit: 'images' }, (work) =>
    compressImages(
      { ...request, compares, runtime, device },
      { ...work, onComparing: (done, total) => comparing.show('Comparing', 'percent', done, total) },
    ),
  ).finally(() => comparing.end())
  tell(context, summary)
  const files = report === undefined ? [] : await writeCompressionReport(report, summary)
  if (report !== undefined) context.output.line(`The report is ${files[0]}.`)
  const { skipped, ...rest } = summary
  const perImage = {
    codes: (summary.parts.codes + summary.parts.pixels) / summary.count,
    names: summary.parts.names / summary.count,
    withoutModel: (summary.bytes - summary.parts.model - summary.parts.axes) / summary.count,
    withModel: summary.bytes / summary.count,
  }
  context.output.record({ type: 'done', ...rest, bytesPerImage: perImage, report: files, skipped })
}

function goalOf({ bits, targetPsnr }: CompressFlags): CompressionGoal {
  if (targetPsnr === undefined) return bits === 'auto' ? { kind: 'auto' } : { kind: 'bits', bits }
  if (bits !== 'auto')
    throw new ExpectedError(
      'bad-usage',
      '--bits and --target-psnr both say how fine codes are. Give one of them.',
    )
  return { kind: 'psnr', psnr: targetPsnr }
}

function maxErrorOf({ lossless = false, maxError }: CompressFlags): number | null {
  if (lossless && maxError !== undefined)
    throw new ExpectedError('bad-usage', '--lossless is an error of 0. Give --lossless or --max-error.')
  return lossless ? 0 : (maxError ?? null)
}

function tell({ output, progress }: CommandContext, summary: CompressSummary): void {
  const { out, count, bytes, parts, psnr, target, isReached, seconds, knowsTraining } = summary
  if (target !== null && !isReached && parts.pixels === 0)
    progress.note(
      `The images do not reach ${target.toFixed(1)} dB with this model. Train it for longer, or keep their pixels with --max-error.`,
    )
  if (!knowsTraining)
    progress.note(
      'The images that the model was trained on are not there any more, so the file is fitted to these.',
    )
  const each = (part: number) => `${formatAmount(Number((part / count).toPrecision(3)))} bytes an image`
  output.line(
    `${counted(count, 'image')} in ${out}: ${counted(bytes, 'byte')}, ${formatDuration(1000 * seconds)}.`,
  )
  output.line(`codes  ${each(parts.codes + parts.pixels)}`)
  output.line(`names  ${each(parts.names)}`)
  output.line(`model  ${counted(parts.model + parts.axes, 'byte')}, once`)
  output.line(`total  ${each(bytes)}`)
  output.line(`PSNR   ${psnr.toFixed(2)} dB`)
  const { comparison } = summary
  if (!comparison) return
  for (const [name, found] of Object.entries(comparison.rivals)) output.line(shareOf(name, found, comparison))
  output.line(verdictOf(comparison))
}
