import { CommanderError } from 'commander'
import { CancelledError, ExpectedError, exitCodeOf, exitCodes } from '../../shared/errors'
import { explainUnforeseen } from '../store/fileErrors'
import { createContext, type RegisterCommand } from './context'
import { toleratePipeClosed, type OutputMode } from './output'
import { createProgram } from './program'

/** Runs the command that the arguments name, says what went wrong, and ends the process with the right exit code. */
export async function runCommandLine(commands: RegisterCommand[]): Promise<void> {
  toleratePipeClosed(process.stdout)
  toleratePipeClosed(process.stderr)
  process.on('uncaughtException', (error) => {
    // A served app listens too, logs it and goes on.
    if (process.listenerCount('uncaughtException') === 1) exit(report(error))
  })
  const mode: OutputMode = { json: false, quiet: false }
  try {
    await createProgram(commands, createContext(mode), mode).parseAsync(process.argv)
    exit(exitCodes.done)
  } catch (error) {
    exit(report(error))
  }
}

/** Says on stderr what went wrong, and returns the exit code for it. */
function report(thrown: unknown): number {
  const error = explainUnforeseen(thrown)
  if (error instanceof CommanderError) {
    // Commander has printed its own errors, and help and version, already.
    return error.exitCode === 0 ? exitCodes.done : exitCodes.badUsage
  }
  if (error instanceof ExpectedError || error instanceof CancelledError) {
    console.error(error.message)
  } else {
    console.error(
      `Hourglass has hit a bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    )
  }
  return exitCodeOf(error)
}

/** Ends the process once stdout has taken everything, whatever native threads are still about. */
function exit(code: number): void {
  process.stdout.write('', () => process.exit(code))
}
