import { join } from 'node:path'
import { builtinModelsFolder } from '../../store/builtFiles'
import { type Preprocessing, preprocessingSchema } from '../../../shared/dataset'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import {
  type InputShape,
  isFullyConvolutional,
  type ModelSpec,
  modelSpecSchema,
} from '../../../shared/modelSpec'
import { pairsNoise } from '../../../shared/noise'
import type { Fence } from '../../base/fence'
import { findPreset, restorer, specFromPreset } from '../../engine/models/presets'
import { openModel } from '../../store/modelStore'
import { measurePlaces } from '../datasets/imageTraits'
import type { PairedFolders } from '../datasets/pairedFolders'
import { mostEpochs } from './planTraining'
import { type ConfigChoice, readSpec } from './runPlan'

/** What a person may set of the network and the time. */
export interface PairsChoice {
  readonly preset?: string
  readonly specFile?: string
  /** A run or a model whose weights and spec it starts from. */
  readonly from?: string
  readonly filters?: number
  readonly depth?: number
  readonly color?: 'grey' | 'rgb'
  /** What may be read of the folders. */
  readonly fence?: Fence
  readonly budgetMs: number
  /** Whether it ends sooner where it stops getting better. */
  readonly endsAtBest: boolean
}

export interface PairsPlan {
  readonly spec: ModelSpec
  readonly config: ConfigChoice
  readonly preprocessing: Preprocessing
  /** Where weights come from; undefined where they begin at random. */
  readonly from: string | undefined
}

/** Sides of the squares that pictures are cut into, from which patches are cut in turn. */
const squares = [128, 112, 96, 80, 64, 48, 32, 16] as const
/** Of the pixels, what larger squares may leave out more than smaller ones. */
const leftOutShare = 0.1
/** Pictures of one size up to this are taken whole. */
const wholePixels = 256 * 256
const patchSide = 64
const leastSide = 16
/** Of the pixels, in pictures that are as large as a patch. */
const usualShare = 0.9

/** Filters and convolutions of the built-in denoisers, where training begins. */
const builtinFilters = 48
const builtinDepth = 10

/** Patches between two times that a run is measured: few, so that a short time is used up well. */
const patchesPerEpoch = 400

/**
 * What to train on damaged pictures and clean ones of the same names, at their own size: a network of convolutions whose
 * output is added to its input, begun as the built-in denoiser, on flipped and turned patches.
 *
 * @throws ExpectedError
 */
export async function planPairs(found: PairedFolders, choice: PairsChoice): Promise<PairsPlan> {
  const color = choice.color ?? (await colorOf(found, choice.fence))
  const side = patchSideOf(found)
  const input: InputShape = { height: side, width: side, channels: color === 'rgb' ? 3 : 1 }
  const { spec, from } = await networkFor(input, choice)
  const common = { color: spec.input.channels === 3 ? 'rgb' : 'grey' } as const
  const config = configFor(choice)
  if (!isFullyConvolutional(spec)) {
    const { width, height } = spec.input
    const preprocessing = preprocessingSchema.parse({ ...common, width, height })
    return { spec, from, preprocessing, config: { ...config, patches: null } }
  }
  return {
    spec,
    from,
    config,
    preprocessing: preprocessingSchema.parse({ ...common, ...cutting(found, spec.input) }),
  }
}

/** In colour where either folder is. */
async function colorOf({ inputs, targets }: PairedFolders, fence?: Fence): Promise<'grey' | 'rgb'> {
  for (const folder of [targets, inputs])
    if ((await measurePlaces([folder], fence)).traits.channels === 3) return 'rgb'
  return 'grey'
}

/**
 * Where most pictures are too small for the usual patch, one that goes into all of them; even, since the network looks at squares
 * of two pixels. @throws ExpectedError where all pictures are tiny
 */
function patchSideOf({ pairs }: PairedFolders): number {
  const sides = pairs.map(({ width, height }) => Math.min(width, height))
  const largest = Math.max(...sides)
  if (largest < leastSide)
    throw new ExpectedError('bad-input', sentence('training.pairsTooSmall', { largest, least: leastSide }))
  const pixels = (least: number) =>
    pairs.reduce((sum, { width, height }, i) => sum + (sides[i]! >= least ? width * height : 0), 0)
  if (pixels(patchSide) >= usualShare * pixels(0)) return patchSide
  return 2 * Math.floor(Math.max(leastSide, Math.min(patchSide, ...sides)) / 2)
}

async function networkFor(
  input: InputShape,
  { preset, specFile, from, filters, depth }: PairsChoice,
): Promise<Pick<PairsPlan, 'spec' | 'from'>> {
  if ([preset, specFile, from].filter((one) => one !== undefined).length > 1)
    throw new ExpectedError('bad-usage', sentence('training.oneOfThree'))
  if (specFile !== undefined) return { spec: await readSpec(specFile, input), from: undefined }
  // What pairs differ in has no strength that a network could be told.
  const untold = { noiseLevel: false, colorNoiseLevel: undefined }
  if (from !== undefined) return { spec: { ...(await openModel(from)).files.spec, ...untold }, from }
  if (preset !== undefined) {
    const chosen = findPreset(preset)
    const spec = { ...specFromPreset(chosen, input).spec, ...untold }
    return { spec: isFullyConvolutional(spec) ? { ...spec, input } : spec, from: undefined }
  }
  const spec = modelSpecSchema.parse({
    ...restorer(filters ?? builtinFilters, depth ?? builtinDepth),
    name: proposedName,
    input,
    noiseLevel: false,
    loss: 'mse',
  })
  return { spec, from: startOfPairs(spec) }
}

const proposedName = 'restore-conv'

/** Folder of the built-in denoiser whose weights the network that is proposed for pairs begins with; undefined of others. */
export function startOfPairs({ name, encoder, decoder }: ModelSpec): string | undefined {
  const isWide = encoder.every((layer) => layer.type === 'conv' && layer.filters >= builtinFilters)
  const isLike = name === proposedName && decoder === 'convolution' && encoder.length === builtinDepth - 1
  return isLike && isWide ? join(builtinModelsFolder(), 'grey') : undefined
}

/** Whole where all have one small size; else in squares as large as their sizes allow. */
function cutting({ pairs }: PairedFolders, input: InputShape): Partial<Preprocessing> {
  const [first] = pairs
  const { width, height } = first!
  const isOneSize = pairs.every((pair) => pair.width === width && pair.height === height)
  if (isOneSize && width * height <= wholePixels && Math.min(width, height) >= input.height)
    return { width, height, patches: null }
  const fitting = squares.filter((side) => side >= Math.max(input.height, input.width))
  const covered = fitting.map((side) => coveredPixels(pairs, side))
  const most = Math.max(...covered)
  const side = fitting.find((_, i) => covered[i]! >= (1 - leftOutShare) * most) ?? input.height
  return { width: side, height: side, patches: { mode: 'grid' } }
}

const coveredPixels = (pairs: PairedFolders['pairs'], side: number): number =>
  pairs.reduce(
    (sum, { width, height }) => sum + Math.floor(width / side) * Math.floor(height / side) * side * side,
    0,
  )

function configFor({ budgetMs, endsAtBest }: PairsChoice): ConfigChoice {
  return {
    epochs: mostEpochs,
    budgetMs,
    imagesPerEpoch: patchesPerEpoch,
    batchSize: 16,
    optimizer: { learningRate: 0.0008 },
    schedule: endsAtBest
      ? { name: 'plateau', factor: 0.5, patience: 8 }
      : { name: 'cosine', warmup: 0.02, hold: 0.3 },
    patience: endsAtBest ? 30 : 0,
    noise: pairsNoise,
    patches: { perImage: 1 },
    averageDecay: 0.998,
    validationSplit: 0.1,
  }
}
