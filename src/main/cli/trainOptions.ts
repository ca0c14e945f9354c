import { type Command, Option } from 'commander'
import {
  copyMoments,
  type CopyMoment,
  type Initializer,
  initializers,
  type Tying,
  tyingModes,
} from '../../shared/modelSpec'
import type { NoiseSpec } from '../../shared/noise'
import { defaultBudget } from '../../shared/plan'
import {
  defaultPreset,
  optimizerNames,
  type Pretraining,
  pretrainingKinds,
  type RuntimeName,
  runtimeNames,
  type ScheduleConfig,
} from '../../shared/trainingConfig'
import { ratingPresets, ratingSplitNames } from '../../shared/ratings'
import { type TableKind, tableKinds, type TableScaling, tableScalings } from '../../shared/tables'
import { presetNames } from '../features/training/runPlan'
import { parseBudget } from './budgetTime'
import { choice, decimal, imageSize, integer, noise, seed } from './options'

/** What a bit for each pixel is worth where nobody says. */
export const usualRate = 0.03

export interface TrainFlags {
  out?: string
  preset?: string
  spec?: string
  from?: string
  tying?: Tying
  copyEvery?: CopyMoment
  init?: Initializer
  epochs?: number
  batch?: number
  lr?: number
  optimizer?: (typeof optimizerNames)[number]
  schedule?: ScheduleConfig['name']
  clip?: number
  noise?: NoiseSpec
  seed?: number
  val?: number
  patience?: number
  runtime?: RuntimeName
  device?: string
  size?: { width: number; height: number }
  filters?: number
  depth?: number
  patches?: number
  average?: number
  compressible?: number | true
  pretrain?: Pretraining['kind']
  color?: 'grey' | 'rgb'
  budget?: string
  split?: (typeof ratingSplitNames)[number]
  refeeding?: boolean
  as?: TableKind
  leaveOut?: string[]
  scaling?: TableScaling
  code?: number
  inputFolder?: string
  targetFolder?: string
  resume?: boolean
  overwrite?: boolean
}

/** What `hourglass train` takes beside what it trains on. */
export const addTrainOptions = (command: Command): Command => trainingOptions(modelOptions(command))

/** What `hourglass compare` takes of those, for all that it compares. */
export const addCompareOptions = (command: Command): Command =>
  settingOptions(kindOptions(command, presetNames)).option('--overwrite', 'replace the experiment in --out')

function modelOptions(command: Command): Command {
  const budgeted = command
    .option('--out <run>', 'the folder of the run, or its name in the library; in the library if not given')
    .option(
      '--budget <time>',
      `how long it may take: 1m, 10m, 1h, or auto, until it stops getting better (${defaultBudget}); for ratings, tables and pairs of pictures any time, such as 5m`,
      parseBudget,
    )
  return kindOptions(budgeted, [...presetNames, ...ratingPresets]).option(
    '--from <run|model>',
    'go on from the weights of a trained model, instead of a preset',
  )
}

function kindOptions(command: Command, names: readonly string[]): Command {
  return command
    .addOption(
      choice(
        '--preset <name>',
        `what to train (without one: what suits the images; with --epochs or other settings of the training: ${defaultPreset})`,
        names,
      ),
    )
    .option('--spec <file>', 'a model spec as JSON, instead of a preset')
    .addOption(choice('--tying <mode>', 'how the decoder follows the encoder', tyingModes))
    .addOption(choice('--copy-every <time>', 'when a copied decoder is copied anew', copyMoments))
    .addOption(
      choice(
        '--init <name>',
        'what the weights begin as; pca takes the images, if the model can',
        initializers,
      ),
    )
}

function ratingOptions(command: Command): Command {
  return command
    .addOption(choice('--split <how>', 'which ratings are held back (random)', ratingSplitNames))
    .option('--refeeding', 'feed what comes out of a row of ratings once more, as a row without gaps')
    .option('--no-refeeding', 'leave that out, where the preset does it')
}

/** What `import` and `train` take for tables. */
export const tableOptions = (command: Command): Command =>
  command
    .addOption(
      choice(
        '--as <kind>',
        'what a file of rows and columns is taken for (found by its columns)',
        tableKinds,
      ),
    )
    .addOption(
      new Option(
        '--leave-out <columns>',
        'columns of a table that are not used: names, or numbers from 1, with commas between',
      ).argParser((text) => text.split(',').map((name) => name.trim())),
    )
    .addOption(
      choice(
        '--scaling <how>',
        'how columns of a table are brought to one size: standard (mean and deviation), robust (median and quartiles), or auto, robust where there are outliers (auto)',
        tableScalings,
      ),
    )

function trainingOptions(command: Command): Command {
  return tableOptions(ratingOptions(settingOptions(command)))
    .option(
      '--code <n>',
      'for tables: numbers of the code (as many as tell hidden cells best)',
      integer({ min: 1, max: 4096 }),
    )
    .addOption(
      choice(
        '--pretrain <kind>',
        'train tied first and untied then, or layer by layer first, for half of the epochs',
        pretrainingKinds,
      ),
    )
    .option(
      '--compressible [rate]',
      `train for small files with compress: what a bit a pixel is worth in the loss; more makes them smaller and coarser (${usualRate})`,
      decimal({ min: 1e-6, max: 10 }),
    )
    .option(
      '--input-folder <folder>',
      'damaged pictures, of which each has a clean one of the same name in --target-folder',
    )
    .option('--target-folder <folder>', 'the clean pictures that damaged ones are to become')
    .option('--patience <n>', 'stop after so many epochs without a better one', integer({ min: 0 }))
    .option('--resume', 'go on with the run that --out names')
    .option('--overwrite', 'replace the run in --out')
}

function settingOptions(command: Command): Command {
  return command
    .option('--epochs <n>', 'times through all images', integer({ min: 1, max: 1_000_000 }))
    .option('--batch <n>', 'images a step', integer({ min: 1, max: 65_536 }))
    .option('--lr <rate>', 'learning rate', decimal({ min: 1e-12, max: 100 }))
    .addOption(choice('--optimizer <name>', 'how weights follow gradients', optimizerNames))
    .addOption(choice('--schedule <name>', 'how the learning rate falls', ['constant', 'cosine', 'plateau']))
    .option('--clip <norm>', 'scale gradients down to this norm', decimal({ min: 0 }))
    .option('--noise <kind:strength>', 'corrupt the input, for example gaussian:25', noise)
    .option('--seed <n>', 'repeats a run exactly', seed)
    .option('--val <share>', 'share of the images kept for validation', decimal({ min: 0, max: 0.9 }))
    .addOption(choice('--runtime <name>', 'what computes', runtimeNames))
    .option('--device <id>', 'where: see hourglass devices')
    .option('--filters <n>', 'width of a denoise-conv', integer({ min: 1, max: 2048 }))
    .option('--depth <n>', 'convolutions of a denoise-conv', integer({ min: 2, max: 64 }))
    .option(
      '--patches <n>',
      'train on so many random patches of each image an epoch',
      integer({ min: 1, max: 10_000 }),
    )
    .option(
      '--average <decay>',
      'keep a moving average of the weights, for example 0.999',
      decimal({ min: 0, max: 0.99999 }),
    )
    .option(
      '--size <size>',
      'size to import a folder of images at (what suits them; with a preset 28, on patches squares of 128)',
      imageSize,
    )
    .addOption(
      choice(
        '--color <color>',
        'colour to import a folder of images in (what suits them; with a preset grey)',
        ['grey', 'rgb'],
      ),
    )
}
