import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { describeLayers } from '../../../shared/layerSizes'
import { inputSize, type InputShape, type ModelSpec, modelSpecSchema } from '../../../shared/modelSpec'
import type { z } from 'zod'
import type { trainingConfigSchema } from '../../../shared/trainingConfig'

type TrainingDefaults = z.input<typeof trainingConfigSchema>

export interface Preset {
  readonly name: string
  /** One sentence for somebody who has not read the papers. */
  readonly summary: string
  readonly spec: z.input<typeof modelSpecSchema>
  /** Images that it suits: drawings are small, with few tones and flat areas, as digits and icons. */
  readonly suits: 'photographs' | 'drawings' | 'any'
  /** Whether it is trained on patches of its input's size, cut out of larger images. */
  readonly onPatches?: true
  /** What it is usually trained with; options override it. */
  readonly training: TrainingDefaults
}

const digits: InputShape = { height: 28, width: 28, channels: 1 }
const layers = (units: readonly number[], hidden: string, code = hidden) =>
  units.map((n, i) => ({
    type: 'dense',
    units: n,
    activation: i === units.length - 1 ? code : hidden,
  })) as Preset['spec']['encoder']

const photographs: InputShape = { height: 64, width: 64, channels: 3 }
const patch: InputShape = { height: 64, width: 64, channels: 1 }

/** FFDNet (Zhang et al. 2018) with a residual output: convolutions on blocks of 2 × 2 pixels, told the noise level. */
export function restorer(filters: number, depth: number): Preset['spec'] {
  return {
    input: patch,
    block: 2,
    noiseLevel: true,
    encoder: Array.from({ length: depth - 1 }, () => ({ type: 'conv' as const, filters })),
    decoder: 'convolution',
    output: { residual: true },
    loss: 'mae',
    initializer: 'he-normal',
  }
}

const denoising: TrainingDefaults = {
  epochs: 40,
  batchSize: 16,
  optimizer: { learningRate: 0.001 },
  schedule: { name: 'cosine', hold: 0.7 },
  noise: { kind: 'gaussian', min: 0, max: 55 },
  clippedShare: 0.5,
  patches: { perImage: 16 },
  averageDecay: 0.999,
}

export const presets: readonly Preset[] = [
  {
    name: 'tied-784-196-81-49',
    suits: 'drawings',
    summary: 'Three tied layers down to 49 numbers, sigmoid inside: the classic to watch learning.',
    spec: {
      input: digits,
      encoder: layers([196, 81, 49], 'sigmoid'),
      tying: 'tied',
      initializer: 'glorot-uniform',
    },
    training: { epochs: 30, optimizer: { learningRate: 0.002 }, schedule: { name: 'cosine' } },
  },
  {
    name: 'tied-relu-784-196-81-49',
    suits: 'drawings',
    summary: 'The same three tied layers with ReLU and a linear code: learns faster.',
    spec: {
      input: digits,
      encoder: layers([196, 81, 49], 'relu', 'linear'),
      tying: 'tied',
      initializer: 'glorot-uniform',
    },
    training: { epochs: 20, schedule: { name: 'cosine' } },
  },
  {
    name: 'dense-784-392-196',
    suits: 'drawings',
    summary: 'Two untied ReLU layers with room to spare: good at taking noise out of small images.',
    spec: {
      input: digits,
      encoder: layers([392, 196], 'relu'),
      tying: 'untied',
      // Measured on 8,000 digits with gaussian:50, in dB: MSE and a linear output 20.7, this 23.1.
      output: { activation: 'sigmoid' },
      loss: 'binary-crossentropy',
      initializer: 'he-uniform',
    },
    training: {
      epochs: 30,
      batchSize: 32,
      optimizer: { learningRate: 0.001 },
      schedule: { name: 'cosine' },
    },
  },
  {
    name: 'tied-784-32',
    suits: 'drawings',
    summary: 'One hidden layer of 32 with tied weights: the smallest example of tying.',
    spec: {
      input: digits,
      encoder: layers([32], 'relu'),
      tying: 'tied',
      output: { activation: 'sigmoid' },
      loss: 'binary-crossentropy',
    },
    training: { epochs: 20 },
  },
  {
    name: 'linear-pca',
    suits: 'any',
    summary: 'One linear layer with tied weights: finds what principal component analysis finds.',
    spec: { input: digits, encoder: layers([32], 'linear'), tying: 'tied', initializer: 'orthogonal' },
    training: { epochs: 30, optimizer: { learningRate: 0.002 }, schedule: { name: 'cosine' } },
  },
  {
    name: 'hinton-784-1000-500-250-30',
    suits: 'drawings',
    summary:
      'The deep autoencoder of Hinton & Salakhutdinov (2006) with ReLU: four layers down to 30 numbers.',
    spec: {
      input: digits,
      encoder: layers([1000, 500, 250, 30], 'relu', 'linear'),
      tying: 'tied',
      initializer: 'glorot-uniform',
    },
    training: { epochs: 20, batchSize: 64, schedule: { name: 'cosine' } },
  },
  {
    name: 'conv-64',
    suits: 'photographs',
    summary: 'Convolutions with tied weights down to 8 × 8 places: small photographs in colour.',
    spec: {
      input: photographs,
      encoder: [
        { type: 'conv', filters: 32, stride: 2 },
        { type: 'conv', filters: 64, stride: 2 },
        { type: 'conv', filters: 16, stride: 2, activation: 'linear' },
      ],
      tying: 'tied',
      initializer: 'he-normal',
    },
    training: { epochs: 30, batchSize: 32, schedule: { name: 'cosine' } },
  },
  {
    name: 'conv-latent',
    suits: 'photographs',
    summary: 'Convolutions and then 64 numbers for a whole photograph: made for maps of what is alike.',
    spec: {
      input: photographs,
      encoder: [
        { type: 'conv', filters: 32, stride: 2 },
        { type: 'conv', filters: 64, stride: 2 },
        { type: 'conv', filters: 64, stride: 2 },
        { type: 'dense', units: 64, activation: 'linear' },
      ],
      tying: 'untied',
      initializer: 'he-normal',
    },
    training: { epochs: 40, batchSize: 32, schedule: { name: 'cosine' } },
  },
  {
    name: 'denoise-conv',
    suits: 'photographs',
    summary: 'Takes noise of any strength out of photographs of any size: learns on small patches of them.',
    spec: restorer(48, 10),
    onPatches: true,
    training: denoising,
  },
  {
    name: 'denoise-unet',
    suits: 'photographs',
    summary: 'A small U-shaped network against noise: looks at wider surroundings of each pixel.',
    spec: {
      input: patch,
      noiseLevel: true,
      encoder: [
        { type: 'conv', filters: 32 },
        { type: 'conv', filters: 64, stride: 2 },
        { type: 'conv', filters: 96, stride: 2 },
        { type: 'conv', filters: 96 },
      ],
      skips: true,
      tying: 'untied',
      output: { residual: true },
      loss: 'mae',
      initializer: 'he-normal',
    },
    onPatches: true,
    training: denoising,
  },
  {
    name: 'denoise-patch',
    suits: 'photographs',
    summary: 'One tied layer, wider than what it reads, on patches of 16 × 16: for one strength of noise.',
    spec: {
      input: { height: 16, width: 16, channels: 1 },
      removeMean: true,
      encoder: [{ type: 'dense', units: 1024, activation: 'relu' }],
      tying: 'tied',
    },
    onPatches: true,
    training: {
      epochs: 45,
      batchSize: 1024,
      optimizer: { learningRate: 0.003 },
      schedule: { name: 'cosine' },
      noise: { kind: 'gaussian', min: 25, max: 25 },
      patches: { perImage: 256 },
    },
  },
]

/** @throws ExpectedError `bad-usage` */
export function findPreset(name: string): Preset {
  const preset = presets.find((candidate) => candidate.name === name)
  if (preset) return preset
  throw new ExpectedError(
    'bad-usage',
    sentence('training.noSuchPreset', { name, known: presets.map((p) => p.name).join(', ') }),
  )
}

/**
 * A preset for images of another shape. One on patches keeps their size; filters stay as many as they are. Widths grow with the square root of the number of input values, that is with
 * the side of an image: neighbouring pixels tell much the same, so twice the side does not take four times the code.
 */
export function specFromPreset(preset: Preset, input: InputShape): { spec: ModelSpec; notes: string[] } {
  const original = modelSpecSchema.parse({ name: preset.name, ...preset.spec })
  if (preset.onPatches)
    return { spec: { ...original, input: { ...original.input, channels: input.channels } }, notes: [] }
  if (inputSize(original.input) === inputSize(input)) return { spec: { ...original, input }, notes: [] }
  // Convolutions read places; how many values there are at each does not make a code longer.
  const spatial = original.encoder.some(({ type }) => type !== 'dense')
  const size = (shape: InputShape) => (spatial ? shape.height * shape.width : inputSize(shape))
  const factor = Math.sqrt(size(input) / size(original.input))
  const encoder = original.encoder.map((layer) =>
    layer.type === 'dense' ? { ...layer, units: Math.max(2, Math.round(layer.units * factor)) } : layer,
  )
  const spec = { ...original, input, encoder }
  if (describeLayers(spec) === describeLayers(original)) return { spec, notes: [] }
  const describe = ({ width, height, channels }: InputShape) =>
    `${width} × ${height}${channels === 3 ? ' in colour' : ''}`
  const note = `The preset ${preset.name} is made for ${describe(original.input)}; for ${describe(input)} its layers are ${describeLayers(spec)} instead of ${describeLayers(original)}.`
  return { spec, notes: [note] }
}
