import { type Preprocessing, preprocessingSchema } from '../../../shared/dataset'
import { codeSize, type InputShape, type ModelSpec, modelSpecSchema } from '../../../shared/modelSpec'
import type { Budget, ImageTraits, PlanRemark, TrainingPlan } from '../../../shared/plan'
import { type TrainingConfig, trainingConfigSchema } from '../../../shared/trainingConfig'

const minute = 60_000
/** Until it stops getting better, but no longer than this. */
const longestMs = 12 * 60 * minute
/** Milliseconds of each budget. */
export const budgetsMs: Record<Budget, number> = {
  '1m': minute,
  '10m': 10 * minute,
  '1h': 60 * minute,
  auto: longestMs,
}

/** More epochs than a budget has room for: it says when a run ends. */
export const mostEpochs = 100_000

/** Side of the images that a network of convolutions sees. */
const photographSide = 64
/** Images up to this size are seen as they are. */
const smallSide = 40
/** Fewer images than this leave much to chance. */
const fewImages = 50
/** Below this number drawings are moved about, so that the network does not learn them by heart. */
const manyDrawings = 20_000

/** How large a network is worth its time. */
type Size = 'small' | 'large'
const sizeOf = (budget: Budget): Size => (budget === '1m' ? 'small' : 'large')

/** How images are read: small ones as they are, others as squares; in colour where there is any. */
export function planPreprocessing(traits: ImageTraits): Preprocessing {
  const { width, height, channels } = traits
  const isSmall = Math.max(width, height) <= smallSide
  const size = Math.min(photographSide, Math.max(8, 8 * Math.round(Math.min(width, height) / 8)))
  return preprocessingSchema.parse({
    width: isSmall ? width : size,
    height: isSmall ? height : size,
    color: channels === 3 ? 'rgb' : 'grey',
  })
}

/**
 * What to train on images of this kind within a budget of time. The figures behind the choices are in docs/decisions.md.
 *
 * @param preprocessing null for images that have been read already
 */
export function planTraining(
  traits: ImageTraits,
  input: InputShape,
  budget: Budget,
  preprocessing: Preprocessing | null,
): TrainingPlan {
  const network = isDense(traits, input) ? 'dense' : 'convolutional'
  const spec = network === 'dense' ? denseSpec(input, budget) : convolutionalSpec(traits, input, budget)
  return {
    budget,
    traits,
    preprocessing,
    spec,
    network,
    config: configOf(traits, network, budget),
    codeSize: codeSize(spec),
    remarks: remarksOn(traits),
  }
}

/** Small drawings in grey, such as digits: each pixel has a place of its own. */
const isDense = ({ kind }: ImageTraits, { width, height, channels }: InputShape) =>
  kind === 'drawings' && channels === 1 && Math.max(width, height) <= smallSide

function denseSpec(input: InputShape, budget: Budget): ModelSpec {
  const widths = sizeOf(budget) === 'small' ? [512, 256, 24] : [1024, 512, 256, 24]
  const encoder = widths.map((units, i) => ({
    type: 'dense' as const,
    units,
    activation: i === widths.length - 1 ? ('linear' as const) : ('relu' as const),
  }))
  return modelSpecSchema.parse({ name: 'dense', input, encoder, tying: 'tied', initializer: 'pca' })
}

const conv = (filters: number, kernel: number, activation: 'relu' | 'linear' = 'relu') => ({
  type: 'conv' as const,
  filters,
  kernel,
  stride: 2,
  activation,
})

/** Kernels that their stride divides, so that the decoder leaves no checkerboard (Odena et al. 2016). */
function convolutionalSpec({ kind }: ImageTraits, input: InputShape, budget: Budget): ModelSpec {
  const { width, height, channels } = input
  const isSmall = Math.max(width, height) <= smallSide
  const isLarge = sizeOf(budget) === 'large'
  const base = { name: 'convolutional', input, tying: 'tied', initializer: 'pca' } as const
  if (kind === 'drawings' && isSmall) {
    const code = { type: 'dense' as const, units: isLarge ? 192 : 128, activation: 'linear' as const }
    const encoder = isLarge ? [conv(48, 4), conv(96, 4), code] : [conv(32, 4), conv(64, 4), code]
    return modelSpecSchema.parse({ ...base, encoder })
  }
  const block = width % 2 === 0 && height % 2 === 0 ? 2 : 1
  // Per place of 16 × 16 pixels in colour or, with more time, of 8 × 8; brightness alone needs half as many.
  const depth = channels === 3 ? 1 : 0.5
  const encoder = isLarge
    ? [conv(96, 4), conv(Math.round(32 * depth), 4, 'linear')]
    : [conv(64, 2), conv(128, 4), conv(Math.round(64 * depth), 4, 'linear')]
  return modelSpecSchema.parse({ ...base, block, encoder })
}

function configOf(traits: ImageTraits, network: TrainingPlan['network'], budget: Budget): TrainingConfig {
  const { images, kind } = traits
  const isDenseNet = network === 'dense'
  const isAuto = budget === 'auto'
  const perEpoch = isDenseNet ? clamp(images, 12_000, 24_000) : clamp(images, 600, 2000)
  return trainingConfigSchema.parse({
    epochs: mostEpochs,
    budgetMs: budgetsMs[budget],
    imagesPerEpoch: perEpoch,
    batchSize: isDenseNet || kind === 'drawings' ? 64 : 16,
    optimizer: { learningRate: 0.001 },
    schedule: isAuto
      ? { name: 'plateau', factor: 0.5, patience: 8 }
      : { name: 'cosine', hold: 0.6, warmup: 0.01 },
    patience: isAuto ? 30 : 0,
    // A run of images that are few needs more than one to be measured on.
    validationSplit: images < 20 ? 0.2 : 0.1,
    augmentation: augmentationFor(traits),
  })
}

/** Photographs are photographs when they are mirrored; letters and digits are not letters and digits any more. */
function augmentationFor({ kind, images, equal }: ImageTraits): TrainingConfig['augmentation'] {
  if (equal) return null
  if (kind === 'photographs') return { flip: true, shift: 0.08 }
  return images < manyDrawings ? { flip: false, shift: 0.04 } : null
}

function remarksOn({ images, equal }: ImageTraits): PlanRemark[] {
  if (images === 1) return ['one-image']
  if (equal) return ['images-equal']
  return images < fewImages ? ['few-images'] : []
}

const clamp = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value))
