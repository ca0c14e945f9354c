import { basename, extname } from 'node:path'
import { ExpectedError } from '../../../shared/errors'
import { ratingPresets } from '../../../shared/ratings'
import type { TableInfo } from '../../../shared/tables'
import { appVersion } from '../../store/builtFiles'
import { importTable } from '../../features/tables/importTable'
import { trainOnTable, type TrainTableOptions } from '../../features/tables/trainTable'
import type { TrainTableEvent } from '../../features/tables/tasks/tableTasks'
import { createComputeClient } from '../compute'
import type { CommandContext } from '../context'
import { counted, formatAmount, formatDuration, were } from '../format'
import { outFolder, register } from '../library'
import { budgetMsOf } from '../budgetTime'
import { imageFlags } from '../ratings/ratingsTrain'
import { taskSequence } from '../taskSequence'
import type { TrainFlags } from '../trainOptions'
import { describeTable } from './describeTable'

/** Without a time that was asked for. Most tables need seconds. */
export const usualTableBudgetMs = 240_000

/** What `import` takes for tables alone. */
export interface TableFlags {
  leaveOut?: readonly string[] | undefined
  scaling?: TrainFlags['scaling']
}

/** `hourglass import` where it is given a table. */
export async function importTableFile(
  sources: readonly string[],
  out: string | undefined,
  { overwrite, leaveOut, scaling }: TableFlags & { readonly overwrite: boolean },
  context: CommandContext,
): Promise<void> {
  if (sources.length > 1)
    throw new ExpectedError('bad-usage', 'Tables are imported one file at a time. Name one file.')
  const [source] = sources as [string]
  const folder = await outFolder('tables', out, basename(source, extname(source)))
  const tasks = taskSequence(context)
  const { output, signal } = context
  try {
    const info = await importTable(
      { source, out: folder, overwrite, leaveOut, scaling },
      { signal, onProgress: (done, total) => tasks.show('Reading', 'bytes', done, total) },
    )
    tasks.end()
    describeTable(info).forEach((line) => output.line(line))
    output.line(`It is in ${folder}.`)
    output.record({ type: 'done', kind: 'table', dataset: folder, ...tableRecord(info) })
    await register('tables', folder, context)
  } finally {
    tasks.end()
  }
}

const tableRecord = ({ rows, columns, leftOut, missing, source }: TableInfo) => ({
  rows,
  missing,
  leftOut,
  source,
  columns: columns.map(({ name, kind, scaling, missing: gaps, values }) => ({
    name,
    kind,
    scaling,
    missing: gaps,
    ...(kind === 'category' && { values: values.map((value) => value.name) }),
  })),
})

/** `hourglass train` where it is given a table. */
export async function trainTable(source: string, flags: TrainFlags, context: CommandContext): Promise<void> {
  checkFlags(flags)
  const run = await outFolder('tables', flags.out, basename(source, extname(source)))
  const client = createComputeClient()
  const reporter = tableReporter(context)
  try {
    const info = await trainOnTable(
      { ...settingsOf(flags), source, run, overwrite: flags.overwrite ?? false },
      { client, signal: context.signal, ...reporter.observe },
    )
    reporter.end()
    reportTable(context, run, info)
    await register('tables', run, context)
  } finally {
    reporter.end()
    await client.dispose()
  }
}

/** The settings of a training, as the command line has them. */
export function settingsOf(flags: TrainFlags) {
  const { seed = 1, val = 0.1, epochs, batch, lr, runtime, device, leaveOut, scaling, code } = flags
  return {
    seed,
    epochs,
    batch,
    leaveOut,
    scaling,
    learningRate: lr,
    validation: val,
    codeSize: code,
    ...(runtime && { runtime }),
    ...(device !== undefined && { device }),
    tying: flags.tying ?? ('tied' as const),
    budgetMs: budgetMsOf(flags.budget) ?? usualTableBudgetMs,
    versions: { hourglass: appVersion(), node: process.versions.node },
  }
}

function checkFlags(flags: TrainFlags): void {
  for (const [name, flag] of Object.entries(imageFlags))
    if (flags[name as keyof typeof imageFlags] !== undefined)
      throw new ExpectedError('bad-usage', `${flag} is about images, and this is a table. Leave it out.`)
  if (flags.preset !== undefined && ratingPresets.some((name) => name === flags.preset))
    throw new ExpectedError(
      'bad-usage',
      `The preset ${flags.preset} is for ratings, and this is a table. Leave it out.`,
    )
  if (flags.preset !== undefined)
    throw new ExpectedError(
      'bad-usage',
      `The preset ${flags.preset} is for images, and this is a table. Leave it out.`,
    )
  if (flags.split !== undefined || flags.refeeding !== undefined)
    throw new ExpectedError(
      'bad-usage',
      '--split and --refeeding are about ratings, and this is a table. Leave them out.',
    )
  if (flags.tying === 'copied' || flags.tying === 'pseudo-inverse')
    throw new ExpectedError(
      'bad-usage',
      'Autoencoders of tables are tied or untied. Choose --tying tied or --tying untied.',
    )
}

const stages = {
  linear: 'Trying a linear autoencoder',
  deep: 'Trying a deep autoencoder',
  final: 'Learning from all rows',
} as const

export function tableReporter(context: CommandContext) {
  const { output, progress } = context
  const tasks = taskSequence(context)
  const onEvent = (event: TrainTableEvent) => {
    if (event.type === 'started') {
      const { runtime, device, version, rows, inputs } = event
      tasks.end()
      progress.note(
        `Training autoencoders of ${counted(rows, 'row')} with ${counted(inputs, 'input')}, on ${device} with ${runtime} ${version}.`,
      )
      output.record({ ...event, type: 'start' })
    } else {
      tasks.show(`${stages[event.stage]}, code of ${event.codeSize}`, 'epochs', event.epoch, event.epochs)
      output.record({ ...event, type: 'epoch' })
    }
  }
  const observe: Pick<TrainTableOptions, 'onEvent' | 'onImport' | 'onImported'> = {
    onEvent,
    onImport: (done, total) => tasks.show('Reading', 'bytes', done, total),
    onImported: (info) => {
      tasks.end()
      describeTable(info).forEach((line) => output.line(line))
    },
  }
  return { end: () => tasks.end(), observe }
}

function reportTable({ output }: CommandContext, run: string, info: TableInfo): void {
  const { measured, encoder, codeSize, inputs, parameters, validationRows, epochs, elapsedMs } = info.model!
  const widths = [inputs, ...encoder.map((layer) => (layer.type === 'dense' ? layer.units : 0))]
  output.line(
    `The ${encoder.length > 1 ? 'deep' : 'linear'} autoencoder was kept: ${widths.join(' → ')}, ${formatAmount(parameters)} parameters, ${epochs === 0 ? 'as PCA had it, which training made no better' : `${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`}.`,
  )
  if (measured) {
    output.line(
      `On ${counted(validationRows, 'row')} that ${were(validationRows)} held back, in units of each column’s standard deviation:`,
    )
    output.line('                     RMSE of reconstruction   RMSE of hidden cells')
    const row = (name: string, { reconstruction, hidden }: (typeof measured)['model']) =>
      output.line(`  ${name.padEnd(19)}${reconstruction.rmse.toFixed(4).padEnd(25)}${hidden.rmse.toFixed(4)}`)
    row('the mean', measured.mean)
    row(`PCA of ${codeSize}`, measured.pca)
    row('autoencoder', measured.model)
    output.line('The model that was kept has learned from those rows too afterwards.')
  }
  output.line(`Trained in ${formatDuration(elapsedMs)}. The model is in ${run}.`)
  output.record({
    type: 'done',
    run,
    kind: 'table',
    ...tableRecord(info),
    encoder,
    codeSize,
    inputs,
    parameters,
    epochs,
    measured,
    validationRows,
    elapsedMs,
  })
}
