import { Command } from 'commander'
import { description, version } from '../../../package.json'
import type { CommandContext, RegisterCommand } from './context'
import type { OutputMode } from './output'

/** The command line as commander sees it. Its own errors come out of `parseAsync` as CommanderError. */
export function createProgram(
  commands: RegisterCommand[],
  context: CommandContext,
  mode: OutputMode,
): Command {
  const program = new Command('hourglass')
    .description(description)
    .version(version, '-V, --version', 'Print the version.')
    .helpOption('-h, --help', 'Show this help.')
    .helpCommand('help [command]', 'Show the help of a command.')
    .option('--json', 'print one JSON object a line on stdout, and no progress')
    .option('-q, --quiet', 'show no progress')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('Add --help to see what it takes.')
    .exitOverride()
    .hook('preAction', () => {
      const { json = false, quiet = false } = program.opts<Partial<OutputMode>>()
      Object.assign(mode, { json, quiet })
    })
  for (const register of commands) register(program, context)
  return program
}
