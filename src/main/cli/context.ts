import type { Command } from 'commander'
import { listenForInterruption } from './interruption'
import { createOutput, type Output, type OutputMode } from './output'
import { createProgress, type Progress } from './progress'

/**
 * What a command works with. To add one, write `commands/<name>.ts` and append its function to `commands/index.ts`:
 *
 *     export function registerSample(program: Command, context: CommandContext): void {
 *       program
 *         .command('sample')
 *         .description('Draw a sample dataset of digits and letters.')
 *         .requiredOption('--out <folder>', 'where to put the images')
 *         .option('--count <n>', 'how many images', integer({ min: 1 }), 6000)
 *         .addHelpText('after', examples('hourglass sample --out photos --count 1000'))
 *         .action(async ({ out, count }: { out: string; count: number }) => {
 *           const task = context.progress.start('Drawing', count, 'images')
 *           try {
 *             await drawSample({ out, count, signal: context.signal, onProgress: task.update })
 *           } finally {
 *             task.end()
 *           }
 *           context.output.line(`Drew ${count} images into ${out}.`)
 *           context.output.record({ type: 'done', out, count })
 *         })
 *     }
 *
 * `--json` and `--quiet` belong to the program, so every command has them. Read `context.signal` inside the action (not
 * while registering: reading it is what takes over Ctrl-C) and pass it to the service. Throw ExpectedError and
 * CancelledError, or let them through: `run.ts` prints them and knows the exit codes.
 */
export interface CommandContext {
  readonly output: Output
  readonly progress: Progress
  /** Aborts at the first Ctrl-C, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal
}

export type RegisterCommand = (program: Command, context: CommandContext) => void

/** `mode` is filled in once the command line has been read. */
export function createContext(mode: OutputMode): CommandContext {
  const progress = createProgress(mode, {
    stream: process.stderr,
    interactive: process.stderr.isTTY === true && !process.env.CI,
    now: () => performance.now(),
  })
  const output = createOutput(mode, process.stdout, progress.interleave)
  let signal: AbortSignal | null = null
  return {
    output,
    progress,
    get signal() {
      signal ??= listenForInterruption(() =>
        progress.note('Stopping. Ctrl-C once more leaves at once, without saving.'),
      )
      return signal
    },
  }
}
