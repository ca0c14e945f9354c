import type { Command } from 'commander'
import { join } from 'node:path'
import { ExpectedError } from '../../../shared/errors'
import { runtimeNames } from '../../../shared/trainingConfig'
import { measureRow, type RowFigures } from '../bench/realNoiseBench'
import { realNoiseRows } from '../bench/realNoiseRows'
import type { CommandContext } from '../context'
import { makeFolder } from '../../store/makeFolder'
import { writeFileAtomic } from '../../store/atomicWrite'
import { type TargetFlags, withModel } from '../modelCommand'
import { choice, examples, integer, seed as parseSeed } from '../options'

interface RealNoiseFlags extends TargetFlags {
  pairs: string
  photographs?: string
  count: number
  side: number
  model?: string
  only?: string[]
  seed: number
  pictures?: string
}

export function registerDenoiseReal(bench: Command, context: CommandContext): void {
  bench
    .command('denoise-real')
    .description(
      'PSNR on real pairs and on synthetic noise: noisy, with one click, and with the best sigma by hand.',
    )
    .requiredOption('--pairs <folder>', 'holds noisy/ and clean/, with pictures of the same names')
    .option('--photographs <folder>', 'clean photographs to put noise onto')
    .option('--count <n>', 'photographs that are taken', integer({ min: 1, max: 10_000 }), 4)
    .option('--side <pixels>', 'height and width of the part of each', integer({ min: 32, max: 4096 }), 256)
    .option('--model <run|model>', 'without it, the built-in one that suits each picture')
    .option('--only <words...>', 'rows with one of these words in their names')
    .option('--seed <n>', 'the same seed draws the same noise', parseSeed, 0)
    .option('--pictures <folder>', 'where to put a picture of each row: noisy, with one click, and clean')
    .addOption(choice('--runtime <name>', 'what computes', runtimeNames))
    .option('--device <id>', 'where: see hourglass devices')
    .addHelpText(
      'after',
      examples('npm run bench -- denoise-real --pairs camera --photographs photos --only real banding'),
    )
    .action((flags: RealNoiseFlags) => benchDenoiseReal(context, flags))
}

/** A table of rows, one a kind of noise. */
async function benchDenoiseReal(context: CommandContext, flags: RealNoiseFlags): Promise<void> {
  const { output } = context
  const {
    pairs,
    photographs = null,
    count,
    side,
    model = null,
    only,
    seed,
    runtime,
    device,
    pictures,
  } = flags
  const all = await realNoiseRows({ pairs, photographs, count, side, seed })
  const rows = only ? all.filter(({ name }) => only.some((word) => name.includes(word))) : all
  if (rows.length === 0)
    throw new ExpectedError(
      'bad-usage',
      `There is no such row. There are: ${all.map(({ name }) => name).join(' · ')}.`,
    )
  if (pictures !== undefined) await makeFolder(pictures)
  const onSheet =
    pictures === undefined
      ? undefined
      : (name: string, file: Buffer) => writeFileAtomic(join(pictures, `${fileNameOf(name)}.webp`), file)
  const total = rows.reduce((sum, { pictures }) => sum + pictures.length, 0)
  const width = Math.max(...rows.map(({ name }) => name.length))
  output.line(`${'Noise'.padEnd(width)}  pictures   noisy  one click  by hand  (sigma)  untouched`)
  await withModel(
    context,
    { label: 'Measuring', unit: 'pictures' },
    async ({ client, signal, onProgress }) => {
      let done = 0
      for (const row of rows) {
        const onPicture = () => onProgress?.(++done, total)
        const rowWork = { client, signal, runtime, device, onPicture, onSheet }
        const figures = await measureRow(row, model, rowWork)
        output.line(lineOf(figures, width))
        output.record({ type: 'bench', what: 'denoise-real', model, ...figures })
      }
      return {}
    },
  )
}

/** Words of a row's name, joined by hyphens. */
const fileNameOf = (name: string) =>
  name
    .toLowerCase()
    .match(/[a-z0-9]+/g)!
    .join('-')

function lineOf(
  { name, count, noisy, oneClick, byHand, sigma, untouched }: RowFigures,
  width: number,
): string {
  const psnr = (value: number | null, room: number) =>
    (value === null ? '–' : value.toFixed(2)).padStart(room)
  const hand = `${psnr(byHand, 7)}  ${(sigma === null ? '' : `(${sigma.toFixed(1)})`).padStart(7)}`
  return `${name.padEnd(width)}  ${String(count).padStart(8)}  ${psnr(noisy, 6)}  ${psnr(oneClick, 9)}  ${hand}  ${untouched} of ${count}`
}
