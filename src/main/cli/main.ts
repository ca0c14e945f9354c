/** The same app from a terminal: results on stdout, all else on stderr, exit codes as in src/shared/errors.ts. */
import { closeInspector } from '../base/closeInspector'
import { commands } from './commands'
import { runCommandLine } from './run'

closeInspector()
await runCommandLine(commands)
