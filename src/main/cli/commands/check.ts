import type { Command } from 'commander'
import { ExpectedError } from '../../../shared/errors'
import { checkLibrary, type Problem } from '../../features/library/check/checkLibrary'
import type { CommandContext } from '../context'
import { locateLibrary } from '../library'
import { examples } from '../options'

export function registerCheck(program: Command, context: CommandContext): void {
  const { output, progress } = context
  program
    .command('check')
    .description('Look through a library and say what is wrong in it. The exit code is 3 if something is.')
    .argument('[folder]', 'a library; the one that the window shows without it')
    .option(
      '--repair',
      'repair what can be, without removing anything of yours; only while the app is closed',
    )
    .addHelpText('after', examples('hourglass check', 'hourglass check backup/library --repair'))
    .action(async (folder: string | undefined, { repair = false }: { repair?: boolean }) => {
      const task = progress.start('Checking', 0, 'entries')
      const say = (problem: Problem) => {
        const { kind, id, path, problem: what, repaired, repairable } = problem
        const after = repaired ?? (repairable && !repair ? 'It can be repaired with --repair.' : '')
        output.line(`${kind}/${id}: ${what} ${after}`.trimEnd())
        output.line(`  ${path}`)
        output.record({ type: 'problem', ...problem })
      }
      const onProgress = (done: number, total: number) => {
        task.setTotal(total)
        task.update(done)
      }
      const request = {
        folder: folder ?? (await locateLibrary()),
        repair,
        signal: context.signal,
        onProgress,
      }
      const summary = await checkLibrary({ ...request, onProblem: say }).finally(() => task.end())
      const { entries, damaged, repaired } = summary
      const looked = entries === 1 ? 'One entry was looked at' : `${entries} entries were looked at`
      if (damaged === 0) output.line(`${looked}. Nothing is damaged.`)
      else if (damaged === repaired) output.line(`${looked}. Everything that was damaged is repaired.`)
      output.record({ type: 'done', ...summary })
      const left = damaged - repaired
      if (left > 0)
        throw new ExpectedError(
          'bad-input',
          `${looked}. ${left === 1 ? 'One thing is damaged' : `${left} things are damaged`}, as said above.`,
        )
    })
}
