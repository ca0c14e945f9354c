import { CommanderError } from 'commander'
import { CancelledError, ExpectedError, exitCodeOf, exitCodes } from '../../shared/errors'
import { createContext } from './context'
import { toleratePipeClosed, type OutputMode } from './output'
import { createProgram } from './program'

/** The same app from a terminal: results on stdout, everything else on stderr, exit codes as in src/shared/errors.ts. */
async function run(): Promise<number> {
  const mode: OutputMode = { json: false, quiet: false }
  try {
    await createProgram(createContext(mode), mode).parseAsync(process.argv)
    return exitCodes.done
  } catch (error) {
    return report(error)
  }
}

/** Says on stderr what went wrong, and returns the exit code for it. */
function report(error: unknown): number {
  if (error instanceof CommanderError) {
    // Commander has printed its own errors, and help and version, already.
    return error.exitCode === 0 ? exitCodes.done : exitCodes.badUsage
  }
  if (error instanceof ExpectedError || error instanceof CancelledError) {
    console.error(error.message)
  } else {
    const [message, stack] =
      error instanceof Error ? [error.message, error.stack] : [String(error), undefined]
    console.error(`Hourglass has hit a bug: ${message}`)
    if (stack) console.error(stack)
  }
  return exitCodeOf(error)
}

/** Ends the process once stdout has taken everything, whatever native threads are still about. */
function exit(code: number): void {
  process.stdout.write('', () => process.exit(code))
}

toleratePipeClosed(process.stdout)
toleratePipeClosed(process.stderr)
process.on('uncaughtException', (error) => exit(report(error)))
exit(await run())
