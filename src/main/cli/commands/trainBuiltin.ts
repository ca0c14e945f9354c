import type { Command } from 'commander'
import { builtinModelsFolder } from '../../store/builtFiles'
import { isRestorerName, type RestorerName, restorerNames, trainRestorer } from '../builtin/trainRestorer'
import { trainNoiseLevels } from '../builtin/trainNoiseLevels'
import { trainCamera } from '../builtin/trainCamera'
import { trainBuiltin } from '../builtin/trainBuiltin'
import { runtimeNames } from '../../../shared/trainingConfig'
import { createComputeClient } from '../compute'
import type { CommandContext } from '../context'
import type { TargetFlags } from '../modelCommand'
import { choice, decimal } from '../options'
import { trainingReporter } from '../trainingReporter'

interface BuiltinFlags extends TargetFlags {
  photographs?: string[]
  model: 'noise' | 'camera' | 'levels' | RestorerName
  minutes?: number
  work: string
  out?: string
}

/** For those who develop Hourglass: npm run train:builtin. */
export function registerTrainBuiltin(program: Command, context: CommandContext): void {
  program
    .command('train-builtin', { hidden: true })
    .description('Train the denoisers that come with Hourglass, or go on with it.')
    .addOption(
      choice('--model <which>', 'grey and color, camera, or the estimate of its levels', [
        'noise',
        'camera',
        'levels',
        ...restorerNames,
      ]).default('noise'),
    )
    .option(
      '--photographs <folder...>',
      'what to train on (../shared/data/train400 or color432 if not given)',
    )
    .option('--minutes <n>', 'of a restorer’s training; 0 writes what was learned', decimal({ min: 0 }))
    .option('--work <folder>', 'for the run, which goes on where it was stopped', '.builtin')
    .option('--out <folder>', 'gets a folder for each model; those of the app if not given')
    .addOption(choice('--runtime <name>', 'what computes', runtimeNames).default('tensorflow'))
    .option('--device <id>', 'where: see hourglass devices')
    .action(async ({ out = builtinModelsFolder(), ...flags }: BuiltinFlags) => {
      const client = createComputeClient()
      const reporter = trainingReporter(context)
      try {
        const options = { client, signal: context.signal, ...reporter.observe }
        const { model, photographs, minutes, ...rest } = flags
        const several = { ...rest, out, photographs: photographs ?? ['../shared/data/color432'] }
        if (model === 'camera') await trainCamera(several, options)
        else if (model === 'levels') await trainNoiseLevels(several, options)
        else {
          const request = { ...rest, out, photographs: photographs?.[0] ?? '../shared/data/train400' }
          if (isRestorerName(model)) await trainRestorer(model, { ...request, minutes }, options)
          else await trainBuiltin(request, options)
        }
        reporter.end()
        context.output.line(`The models are in ${out}.`)
        context.output.record({ type: 'done', out })
      } finally {
        reporter.end()
        await client.dispose()
      }
    })
}
