/** Commands that end in every way a command can. cli.test.ts bundles this file and starts it. */
import { setImmediate, setInterval } from 'node:timers'
import type { RegisterCommand } from '../../../src/main/cli/context'
import { integer, noise } from '../../../src/main/cli/options'
import { runCommandLine } from '../../../src/main/cli/run'
import { CancelledError, ExpectedError } from '../../../src/shared/errors'

const failures: Record<string, () => Error> = {
  expected: () => new ExpectedError('not-found', 'There is no folder called x.'),
  usage: () => new ExpectedError('bad-usage', 'Give one of --a and --b.'),
  cancelled: () => new CancelledError('Saved. Add --resume to go on.'),
  bug: () => new TypeError('x is undefined'),
}

const registerFail: RegisterCommand = (program) => {
  program
    .command('fail')
    .description('Fail.')
    .argument('<how>', 'in which way')
    .option('--later', 'outside of what the command awaits')
    .action((how: string, { later }: { later?: boolean }) => {
      if (!later) throw failures[how]!()
      setImmediate(() => {
        throw failures[how]!()
      })
      return new Promise(() => {})
    })
}

/** Says "ready" and works until it is interrupted. */
const registerWork: RegisterCommand = (program, context) => {
  program
    .command('work')
    .description('Work.')
    .option('--deaf', 'go on when interrupted')
    .action(({ deaf }: { deaf?: boolean }) => {
      setInterval(() => {}, 1000)
      return new Promise((_, reject) => {
        context.signal.addEventListener('abort', () => {
          if (deaf) return
          context.output.line('saved')
          reject(context.signal.reason)
        })
        context.output.line('ready')
      })
    })
}

const registerReport: RegisterCommand = (program, { output, progress }) => {
  program
    .command('report')
    .description('Report.')
    .option('--count <n>', 'how many lines', integer({ min: 1, max: 100_000 }), 3)
    .option('--noise <kind:strength>', 'which noise', noise)
    .action((options: { count: number; noise?: unknown }) => {
      const task = progress.start('Counting', options.count, 'lines')
      for (let line = 1; line <= options.count; line++) {
        output.line(`line ${line}`)
        output.record({ type: 'line', line })
        task.update(line)
      }
      task.end()
      progress.note('That was all.')
    })
}

await runCommandLine([registerFail, registerWork, registerReport])
