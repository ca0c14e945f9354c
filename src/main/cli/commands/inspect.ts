import type { Command } from 'commander'
import { inspectFile } from '../../features/compression/inspectFile'
import type { CommandContext } from '../context'
import { counted, formatAmount } from '../format'
import { examples } from '../options'

export function registerInspect(program: Command, context: CommandContext): void {
  program
    .command('inspect')
    .description('Tell what a compressed file holds, and whether all of it is sound.')
    .argument('<file>', 'FILE.hgz, as compress writes it')
    .option('--list', 'the paths of its images too')
    .addHelpText(
      'after',
      examples('hourglass inspect digits.hgz', 'hourglass inspect digits.hgz --list --json'),
    )
    .action(async (file: string, { list = false }: { list?: boolean }) => {
      const { output } = context
      const onPath = (path: string, label: string | null) => {
        output.line(path)
        output.record({ type: 'image', path, label })
      }
      const { header, index, size } = await inspectFile(file, list ? onPath : undefined)
      const { count, input, model, axes, details, dimensions, maxError, labels, createdAt, source, step } =
        header
      const { width, height, channels } = input
      const colour = channels === 3 ? 'in colour' : 'in grey'
      output.line(`${counted(count, 'image')} of ${width} × ${height} pixels ${colour}, from ${source}`)
      output.line(
        `model  ${model.name}, ${model.inside ? 'in the file' : `not in the file; hash ${model.hash}`}`,
      )
      output.line(
        `codes  ${axes} of ${dimensions} numbers, and ${details} beside them; pixels ${keptPixels(maxError)}`,
      )
      const { codes, names, pixels } = index.bytes
      const modelBytes = index.bytes.model + index.bytes.axes
      output.line(
        `bytes  ${formatAmount(size)}: model ${formatAmount(modelBytes)}, codes ${formatAmount(codes)}, pixels ${formatAmount(pixels)}, names ${formatAmount(names)}`,
      )
      if (index.psnr !== null) output.line(`PSNR   ${index.psnr.toFixed(2)} dB`)
      output.line(checksumsOf(index.blocks.length))
      output.record({
        type: 'done',
        file,
        size,
        count,
        input,
        model,
        source,
        createdAt,
        labels,
        dimensions,
        axes,
        details,
        step,
        maxError,
        blocks: index.blocks.length,
        bytes: index.bytes,
        psnr: index.psnr,
      })
    })
}

const keptPixels = (maxError: number | null) =>
  maxError === null
    ? 'as the model draws them'
    : maxError === 0
      ? 'exact'
      : `within ${maxError} of 255 levels`

const checksumsOf = (blocks: number) =>
  blocks === 1
    ? 'Its one block has its checksum.'
    : `All ${formatAmount(blocks)} blocks have their checksums.`
