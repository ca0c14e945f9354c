import type { Command } from 'commander'
import { fillTable } from '../../features/tables/fillTable'
import { createComputeClient } from '../compute'
import type { CommandContext } from '../context'
import { counted, were, formatAmount } from '../format'
import { fromLibrary } from '../library'
import { examples } from '../options'
import { absentNote } from '../tables/describeTable'

interface FillFlags {
  out: string
  round: boolean
  overwrite?: boolean
}

export function registerFill(program: Command, context: CommandContext): void {
  program
    .command('fill')
    .description('Fill in what is missing in a table, by a model that was trained on such a table.')
    .argument('<run>', 'the folder of a run on a table, or its name in the library')
    .argument('<file>', 'the table (CSV, TSV, Parquet or NPY)')
    .requiredOption('--out <file>', 'where to put the filled table, as the same kind of file')
    .option('--no-round', 'leave what is filled into columns of whole numbers as it comes')
    .option('--overwrite', 'replace the file when it is there already')
    .addHelpText('after', examples('hourglass fill run table.csv --out filled.csv'))
    .action(async (given: string, file: string, { out, round, overwrite = false }: FillFlags) => {
      const model = await fromLibrary('tables', given)
      const { output, progress, signal } = context
      const client = createComputeClient()
      try {
        const request = { model, file, out, overwrite, rounded: round }
        const { rows, filled, absent } = await fillTable(request, { client, signal })
        absentNote(file, absent).forEach((line) => progress.note(line))
        const cells = filled.reduce((sum, { count }) => sum + count, 0)
        for (const { name, count } of filled) output.line(`${formatAmount(count).padStart(8)}  ${name}`)
        output.line(
          cells === 0
            ? `Nothing is missing in the ${counted(rows, 'row')}. ${out} is a copy.`
            : `${counted(cells, 'cell')} of ${counted(rows, 'row')} ${were(cells)} filled in. The table is in ${out}.`,
        )
        output.record({ type: 'done', out, rows, cells, filled, absent })
      } finally {
        await client.dispose()
      }
    })
}
