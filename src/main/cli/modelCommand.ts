import type { Command } from 'commander'
import type { Skipped } from '../../shared/dataset'
import { CancelledError } from '../../shared/errors'
import { type RuntimeName, runtimeNames } from '../../shared/trainingConfig'
import type { ModelWork } from '../features/models/modelWork'
import { createComputeClient } from './compute'
import type { CommandContext } from './context'
import { choice } from './options'
import { taskSequence } from './taskSequence'

export interface TargetFlags {
  runtime?: RuntimeName
  device?: string
}

/** Skipped images that are named on the terminal; with --json all of them are. */
const shownSkipped = 10

/** `hourglass <name> RUN|MODEL …` */
export function modelCommand(program: Command, name: string): Command {
  return program
    .command(name)
    .argument('<run|model>', 'the folder of a run, of which the best checkpoint counts, or of a saved model')
    .addOption(choice('--runtime <name>', 'what computes', runtimeNames))
    .option('--device <id>', 'where: see hourglass devices')
}

interface ModelTask {
  readonly label: string
  /** Of the progress, a plural. */
  readonly unit: string
  /** When stopped it says itself what is done; without that, nothing is. */
  readonly tellsWhatIsDone?: boolean
}

/** Uses a model in a worker of its own, with progress on stderr. `skipped` are images that could not be read. */
export async function withModel<R>(
  context: CommandContext,
  { label, unit, tellsWhatIsDone = false }: ModelTask,
  use: (work: ModelWork) => Promise<R>,
): Promise<R & { skipped: readonly Skipped[] }> {
  const { progress, signal } = context
  const client = createComputeClient()
  const tasks = taskSequence(context)
  let skipped: readonly Skipped[] = []
  try {
    const result = await use({
      client,
      signal,
      onImport: ({ done, total }) => tasks.show('Importing', 'images', done, total),
      onProgress: (done, total) => tasks.show(label, unit, done, total),
      onMapping: (done, total) => tasks.show('Mapping', 'percent', done, total),
      onSkipped: (left) => {
        skipped = left
        tasks.end()
        for (const { path, reason } of left.slice(0, shownSkipped))
          progress.note(`Skipped ${path}: ${reason}`)
        if (left.length > shownSkipped) progress.note(`… and ${left.length - shownSkipped} more.`)
      },
    })
    return { ...result, skipped }
  } catch (error) {
    // What was stopped may have been an import into a folder that the person knows nothing of.
    throw error instanceof CancelledError && !tellsWhatIsDone
      ? new CancelledError('Stopped. Nothing was written.')
      : error
  } finally {
    tasks.end()
    await client.dispose()
  }
}
