/** The same app from a terminal: results on stdout, all else on stderr, exit codes as in src/shared/errors.ts. */
import { commands } from './commands'
import { runCommandLine } from './run'

await runCommandLine(commands)
