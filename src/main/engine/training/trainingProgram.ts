import {
  codeSize,
  type DenseLayer,
  hasCode,
  inputSize,
  type ModelSpec,
  noiseLevels,
} from '../../../shared/modelSpec'
import type { NoiseSpec } from '../../../shared/noise'
import type { OptimizerConfig } from '../../../shared/trainingConfig'
import { gradients } from '../graph/autodiff'
import { activationFunctions } from '../graph/ops/activations'
import { add, maximum, minimum, mul, sub } from '../graph/ops/arithmetic'
import { concat } from '../graph/ops/concat'
import { constant } from '../graph/ops/constant'
import { customGradient } from '../graph/ops/customGradient'
import { matmul } from '../graph/ops/matmul'
import { placeholder } from '../graph/ops/placeholder'
import { reduceMean } from '../graph/ops/reduce'
import { reshape } from '../graph/ops/reshape'
import { slice } from '../graph/ops/slice'
import { sumOfSquares } from '../graph/ops/sumOfSquares'
import { transpose } from '../graph/ops/transpose'
import { sqrt, square } from '../graph/ops/unary'
import { unitInterval } from '../graph/ops/unitInterval'
import type { GraphFunction, Program } from '../graph/program'
import { BATCH, sizeOf, type Tensor } from '../graph/tensor'
import { createVariable, type Variable } from '../graph/variable'
import {
  activateOutput,
  decodeToSums,
  decoderKernel,
  encode,
  encoderKernel,
  type ForwardOptions,
  kernelLayers,
  layerAndBack,
  mirrored,
  parametersOf,
  reconstructToSums,
} from '../models/autoencoder'
import { gramLoss, outermostGram } from '../models/gramLoss'
import { lossPerImage, meanLoss } from '../models/losses'
import { ParameterSet } from '../models/parameters'
import { throughRoundedCode } from './codeRate'
import { corrupt, corruptionInputs, graphKind } from './corruption'
import { createOptimizer, type GraphOptimizer } from './optimizers'
import { gradientShare, heldStill, type Stage, stageParameters } from './stages'

export interface TrainingProgramOptions {
  readonly optimizer: OptimizerConfig
  readonly noise: NoiseSpec | null
  /** Steps that `trainMany` does in one call. */
  readonly stepsPerCall: number
  /** Equal parts of a batch that `trainMany` computes side by side: see tuning.ts. */
  readonly shards: number
  /**
   * Whether training computes on images as columns, on encoder kernels that are held as transposes, and on gradients as the
   * optimizer wants them scaled: see tuning.ts.
   */
  readonly columns: boolean
  /** Whether training computes the loss out of the outermost kernel's Gram matrix: see tuning.ts. Not with noise. */
  readonly gram: boolean
  /** What a bit for each pixel is worth in the loss; null or nothing where codes may be as they like: see codeRate.ts. */
  readonly compressible?: number | null
  /** Elements of the largest part in which training holds a kernel; without it they are whole: see tuning.ts. */
  readonly partSize?: number | undefined
  /** Whether a moving average of the weights is kept, which everything but training computes with. */
  readonly averaged: boolean
  /** What is trained before the whole model: `trainOne` and `trainMany` with the name of the stage behind. */
  readonly stages?: readonly Stage[]
}

/**
 * Everything a run calls, over the same variables. B is a batch, D = height × width × channels.
 *
 * - `trainMany`: feeds `rates` [K], `stepSizes` [K], `averageRates` [K] where weights are averaged, and for step k and shard s `xk_s` uint8 B×D with the corruption's
 *   inputs, every shard as large as the others; gives `loss` [K]. `trainOne`: one step on one shard of any size
 * - `evaluate`: `x` uint8 B×D with corruption → `loss` [B], `input`, `output` B×D, and `squaredError` [B] of the output
 *   clipped to 0..1
 * - `encode`: `image` float32 B×D → `code` B×codeSize; `decode`: `code` → `image`, for models with a code
 * - `reconstruct`: `image` float32 B×D, and `sigma` [B, noiseLevels] on the 0-255 scale for models that take it → `output` B×D
 * - `orthogonality`: ‖WᵀW − I‖ for each encoder kernel
 */
export interface TrainingProgram {
  readonly program: Program
  readonly parameters: ParameterSet
  readonly copies: readonly Variable[]
  readonly optimizer: GraphOptimizer
}

/** Suffix of the variables that hold averages. */
export const averageSlot = '/average'

/** One feed's name in `trainOne` and `trainMany`. */
export const stepInput = (step: number, shard: number) => `x${step}_${shard}`

export function buildTrainingProgram(spec: ModelSpec, options: TrainingProgramOptions): TrainingProgram {
  const model = new ModelGraph(spec, options)
  const optimizer = createOptimizer(options.optimizer, model.parameters, options.columns)
  const train = (name: string, steps: number, shards: number, stage: Stage | null) =>
    trainFunction(name + (stage?.name ?? ''), model, optimizer, { ...options, steps, shards, stage })
  const functions = [
    ...[...(options.stages ?? []), null].flatMap((stage) => [
      train('trainOne', 1, 1, stage),
      train('trainMany', options.stepsPerCall, options.shards, stage),
    ]),
    ...inferenceFunctions(model, options.noise),
  ]
  const averages = [...model.averages.values()]
  const variables = [...model.parameters.variables, ...model.copies, ...optimizer.variables, ...averages]
  return { program: { variables, functions }, parameters: model.parameters, copies: model.copies, optimizer }
}

/** The functions of a trained model alone, and what they read. */
export function buildInferenceProgram(
  spec: ModelSpec,
  noise: NoiseSpec | null,
): Omit<TrainingProgram, 'optimizer'> {
  const model = new ModelGraph(spec)
  const variables = [...model.parameters.variables, ...model.copies]
  return {
    program: { variables, functions: inferenceFunctions(model, noise) },
    parameters: model.parameters,
    copies: model.copies,
  }
}

const notTrained = { averaged: false, columns: false }

/** A model's variables and what is built from their values. */
class ModelGraph {
  readonly parameters: ParameterSet
  readonly copies: readonly Variable[]
  readonly inputs: number

  /** Moving averages of the trained variables, where they are kept. */
  readonly averages: ReadonlyMap<Variable, Variable>

  constructor(
    readonly spec: ModelSpec,
    {
      averaged,
      columns,
      partSize,
    }: Pick<TrainingProgramOptions, 'averaged' | 'columns' | 'partSize'> = notTrained,
  ) {
    const { trained, copies } = parametersOf(spec)
    const turned = new Set(kernelLayers(spec).map(({ layer }) => encoderKernel(layer)))
    this.parameters = new ParameterSet(trained, { turned: columns ? turned : undefined, partSize })
    this.copies = copies.map(({ name, shape }) => createVariable(name, shape))
    this.inputs = inputSize(spec.input)
    const kept = averaged ? this.parameters.variables : []
    this.averages = new Map(
      kept.map((weight) => [weight, createVariable(weight.name + averageSlot, weight.shape)]),
    )
  }

  /** What a trained model computes with. */
  private readonly learned = (variable: Variable) => (this.averages.get(variable) ?? variable).value

  tensors(
    valueOf: (variable: Variable) => Tensor = this.learned,
    stored = this.parameters.stored(valueOf),
  ): Map<string, Tensor> {
    const tensors = this.parameters.tensors(stored)
    for (const copy of this.copies) tensors.set(copy.name, valueOf(copy))
    return tensors
  }

  /**
   * The decoder's copies after a step that left the given values. Nothing flows back through them to the encoder, which would
   * be tied by that in all steps of a call but the first.
   */
  copied(valueOf: (variable: Variable) => Tensor): Map<Variable, Tensor> {
    if (this.spec.tying !== 'copied' || this.spec.copyEvery !== 'batch') return new Map()
    const tensors = this.parameters.tensors(this.parameters.stored(valueOf))
    return new Map(
      kernelLayers(this.spec).map(({ layer, type, decoderShape }) => {
        const name = decoderKernel(mirrored(this.spec, layer))
        const kernel = tensors.get(encoderKernel(layer))!
        const copy = this.copies.find((variable) => variable.name === name)!
        const value = type === 'dense' ? transpose(kernel) : slice(kernel, 2, 0, decoderShape[2]!)
        return [copy, customGradient(value)]
      }),
    )
  }

  /** Bytes as values in 0..1, and those as they are corrupted: batch × inputs, or as columns inputs × batch. */
  images(
    name: string,
    noise: NoiseSpec | null,
    columns = false,
  ): { clean: Tensor; input: Tensor; noiseLevel?: Tensor } {
    const laid = (fed: Tensor) => (columns ? transpose(fed) : fed)
    const clean = unitInterval(laid(placeholder(name, [BATCH, this.inputs], 'uint8')))
    const levels = noiseLevels(this.spec)
    // Without noise its level is 0 for each image.
    if (!noise)
      return { clean, input: clean, noiseLevel: levels ? mul(slice(clean, 1, 0, levels), 0) : undefined }
    const { field, strength } = corruptionInputs(name, this.inputs, levels || 1)
    const input = corrupt(graphKind(noise), clean, { field: laid(field), strength: laid(strength) })
    return { clean, input, noiseLevel: levels ? mul(strength, 1 / 255) : undefined }
  }
}

type LossOptions = Pick<TrainingProgramOptions, 'noise' | 'shards' | 'columns' | 'gram' | 'compressible'> & {
  readonly stage: Stage | null
}

function trainFunction(
  name: string,
  model: ModelGraph,
  optimizer: GraphOptimizer,
  options: LossOptions & { readonly steps: number },
): GraphFunction {
  const { steps } = options
  const rates = placeholder('rates', [steps])
  const stepSizes = placeholder('stepSizes', [steps])
  const averageRates = placeholder('averageRates', [steps])
  const scalar = (vector: Tensor, step: number) => reshape(slice(vector, 0, step, 1), [])
  let current = new Map(
    [...model.parameters.variables, ...model.copies, ...optimizer.variables, ...model.averages.values()].map(
      (variable) => [variable, variable.value],
    ),
  )
  const losses: Tensor[] = []
  for (let step = 0; step < steps; step++) {
    const valueOf = (variable: Variable) => current.get(variable)!
    const { loss, packed } = lossAndGradients(
      model,
      { ...options, factor: optimizer.gradientFactor },
      step,
      valueOf,
    )
    losses.push(reshape(loss, [1]))
    const stepped = optimizer.step(current, packed, {
      rate: scalar(rates, step),
      stepSize: scalar(stepSizes, step),
    })
    current = heldStill(model, options.stage, current, stepped)
    for (const [copy, value] of model.copied((variable) => current.get(variable)!)) current.set(copy, value)
    for (const [weight, average] of model.averages) {
      const before = current.get(average)!
      const moved = mul(sub(current.get(weight)!, before), scalar(averageRates, step))
      current.set(average, add(before, moved))
    }
  }
  const updates = new Map([...current].filter(([variable, value]) => value !== variable.value))
  // The joined losses, not each alone: a runtime's call costs more with every output.
  return { name, outputs: { loss: concat(losses, 0) }, updates }
}

function lossAndGradients(
  model: ModelGraph,
  options: LossOptions & { readonly factor: number },
  step: number,
  valueOf: (variable: Variable) => Tensor,
) {
  const { shards, factor, stage } = options
  const stored = model.parameters.stored(valueOf)
  const shardLoss = lossOfImages(model, model.tensors(valueOf, stored), options)
  const losses = Array.from({ length: shards }, (_, shard) => shardLoss(stepInput(step, shard)))
  const loss = mul(
    losses.reduce((a, b) => add(a, b)),
    1 / shards,
  )
  const flows = gradients(factor === 1 ? loss : mul(loss, factor), [...stored.values()])
  const names = [...stored.keys()]
  const flowOf = (name: string) => {
    const share = gradientShare(stage, name)
    const flow = flows[names.indexOf(name)]!
    return share === 1 ? flow : mul(flow, share)
  }
  return { loss, packed: model.parameters.pack(flowOf) }
}

/** The mean loss of the images that are fed under a name. */
function lossOfImages(
  model: ModelGraph,
  tensors: ReadonlyMap<string, Tensor>,
  { noise, columns, gram, stage, compressible = null }: LossOptions,
): (name: string) => Tensor {
  const spec = stage?.kind === 'tied' ? { ...model.spec, tying: 'tied' as const } : model.spec
  const parameters = stageParameters(model.spec, stage, tensors)
  const kernelGram = gram && !stage ? outermostGram(parameters) : null
  return (name) => {
    if (kernelGram) return gramLoss(spec, model.images(name, null).clean, { parameters, columns }, kernelGram)
    const { clean, input, noiseLevel } = model.images(name, noise, columns)
    if (stage?.kind === 'layer')
      return layerLoss(spec, stage.layer, { clean, input }, { parameters, columns })
    if (compressible !== null) {
      const rounded = throughRoundedCode(spec, input, name, compressible, { parameters, columns })
      const rate = mul(rounded.bitsPerPixel, compressible)
      return add(meanLoss(spec, rounded.sums, clean, input), rate)
    }
    return meanLoss(spec, reconstructToSums(spec, input, { parameters, columns, noiseLevel }), clean, input)
  }
}

/** How well a layer gives back what it reads: images for the first one, for others what the layer before gives, as MSE. */
function layerLoss(
  spec: ModelSpec,
  layer: number,
  { clean, input }: { readonly clean: Tensor; readonly input: Tensor },
  options: ForwardOptions,
): Tensor {
  if (layer === 0) return meanLoss(spec, layerAndBack(spec, 0, input, options), clean, input)
  const before = { ...spec, encoder: spec.encoder.slice(0, layer) }
  const sums = layerAndBack(spec, layer, encode(before, input, options), options)
  const given = activationFunctions[(spec.encoder[layer - 1] as DenseLayer).activation](sums)
  return reduceMean(square(sub(given, encode(before, clean, options))))
}

function inferenceFunctions(model: ModelGraph, noise: NoiseSpec | null): GraphFunction[] {
  const { spec, inputs } = model
  const parameters = model.tensors()
  const { clean, input, noiseLevel } = model.images('x', noise)
  const sums = reconstructToSums(spec, input, { parameters, noiseLevel })
  const output = activateOutput(spec, sums)
  const shown = maximum(minimum(output, 1), 0)
  const squaredError = reduceMean(square(sub(shown, clean)), [1])
  const image = placeholder('image', [BATCH, inputs])
  const sigma = mul(placeholder('sigma', [BATCH, noiseLevels(spec) || 1]), 1 / 255)
  const reconstruction = reconstructToSums(spec, image, { parameters, noiseLevel: sigma })
  return [
    {
      name: 'evaluate',
      outputs: { loss: lossPerImage(spec, sums, clean, input), squaredError, input, output },
    },
    { name: 'reconstruct', outputs: { output: activateOutput(spec, reconstruction) } },
    ...(hasCode(spec) ? codeFunctions(model) : []),
    ...orthogonalityFunctions(spec, parameters),
  ]
}

/** Of the encoder's kernels, where there is an encoder. */
function orthogonalityFunctions(spec: ModelSpec, parameters: ReadonlyMap<string, Tensor>): GraphFunction[] {
  const norms = kernelLayers(spec).map(({ layer }) => orthogonality(parameters.get(encoderKernel(layer))!))
  return norms.length > 0 ? [{ name: 'orthogonality', outputs: { norms: concat(norms, 0) } }] : []
}

function codeFunctions(model: ModelGraph): GraphFunction[] {
  const { spec, inputs } = model
  const parameters = model.tensors()
  const image = placeholder('image', [BATCH, inputs])
  const code = placeholder('code', [BATCH, codeSize(spec)])
  const decoded = activateOutput(spec, decodeToSums(spec, code, { parameters }))
  return [
    { name: 'encode', outputs: { code: encode(spec, image, { parameters }) } },
    { name: 'decode', outputs: { image: decoded } },
  ]
}

/** ‖WᵀW − I‖ in the Frobenius norm, [1]: 0 where a kernel's columns are orthonormal. */
function orthogonality(filters: Tensor): Tensor {
  const units = filters.shape.at(-1)!
  const kernel = reshape(filters, [sizeOf(filters.shape) / units, units])
  // ‖WᵀW − I‖² = ‖WᵀW‖² − 2‖W‖² + units, so the identity, units² numbers, is not needed in the graph.
  const gram = sumOfSquares(matmul(kernel, kernel, true, false))
  const squared = add(sub(gram, mul(sumOfSquares(kernel), 2)), constant([], [units]))
  return reshape(sqrt(maximum(squared, 0)), [1])
}
