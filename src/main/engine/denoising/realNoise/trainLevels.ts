import { gradients } from '../../graph/autodiff'
import { add, div, maximum, minimum, mul, sub } from '../../graph/ops/arithmetic'
import { biasAdd } from '../../graph/ops/biasAdd'
import { constant } from '../../graph/ops/constant'
import { matmul } from '../../graph/ops/matmul'
import { placeholder } from '../../graph/ops/placeholder'
import { reduceMean, reduceSum } from '../../graph/ops/reduce'
import { reshape } from '../../graph/ops/reshape'
import { slice } from '../../graph/ops/slice'
import { abs, exp, log, sqrt, square } from '../../graph/ops/unary'
import type { GraphFunction } from '../../graph/program'
import { BATCH, type Tensor } from '../../graph/tensor'
import { createVariable, type Variable } from '../../graph/variable'
import type { CompiledProgram, Runtime } from '../../runtimes/runtime'
import { type Random, randomStream } from '../../training/random'
import { levelOffset, type LevelNetwork, scaledFeature, toldSteps } from './levelEstimate'

/** Features of a picture, and the levels of its noise on the 0-255 scale. */
export interface LevelSample {
  readonly features: readonly number[]
  readonly brightness: number
  readonly color: number
}

/** One of which it is known how well a denoiser does, by what it is told. */
export interface MeasuredSample extends LevelSample {
  /** Mean squared error on the 0-255 scale for each step of toldSigma: of brightness, and a third of that of both differences of colours. */
  readonly errors: { readonly brightness: readonly number[]; readonly color: readonly number[] }
}

export interface LevelSamples {
  readonly measured: readonly MeasuredSample[]
  readonly plain: readonly LevelSample[]
}

const hidden = [64, 32]
/** A batch is half of measured samples and half of plain ones. */
const recipe = { steps: 8000, batch: 64, peak: 0.002, decay: 1e-4, seeds: [1, 2, 3, 4, 5], noise: 0.05 }
const stepsBetweenTold = 100
/** Noise that is told too low stays in the picture: it costs so much more than what is told too high (Guo et al. 2019, CBDNet). */
const underestimates = 3
/** What the levels count beside the error that is left in the picture. */
const levelShare = 0.3
/** What is told begins in the middle. */
const firstStep = 2
/** Mean squared error that nobody sees: a clean picture may get so much without costing more than noise that stays. */
const unseenError = 0.5
const leastError = 0.02

/**
 * Trains the networks that estimate levels of noise, each from another beginning, by Adam down a cosine.
 *
 * @param onStep gets how many steps of how many are done, every hundred of them
 */
export async function trainLevels(
  runtime: Runtime,
  device: string,
  samples: LevelSamples,
  onStep: (done: number, total: number) => void,
  { steps, seeds }: { steps: number; seeds: readonly number[] } = recipe,
): Promise<LevelNetwork> {
  const scaling = statistics([...samples.measured, ...samples.plain])
  const width = scaling.means.length
  const sizes = [width, ...hidden, 4]
  const layers = sizes.slice(1).map((units, i) => ({
    kernel: createVariable(`kernel${i}`, [sizes[i]!, units]),
    bias: createVariable(`bias${i}`, [units]),
  }))
  const variables = layers.flatMap(({ kernel, bias }) => [kernel, bias])
  const moments = variables.map((one) => ({
    first: createVariable(`${one.name}/m`, one.shape),
    second: createVariable(`${one.name}/v`, one.shape),
  }))
  const all = [...variables, ...moments.flatMap(({ first, second }) => [first, second])]
  const compiled = await runtime.compile(
    { variables: all, functions: [step(layers, variables, moments, width)] },
    device,
  )
  try {
    const networks: LevelNetwork['networks'] = []
    for (const seed of seeds) {
      const random = randomStream(seed)
      await compiled.write(initialValues(all, random))
      const before = networks.length * steps
      const onOne = (done: number) => onStep(before + done, seeds.length * steps)
      await descend(compiled, samples, { ...scaling, random, steps, onOne })
      const read = await compiled.read()
      const valuesOf = ({ name }: Variable) => roundedValues(read[name]!)
      networks.push(layers.map(({ kernel, bias }) => ({ kernel: valuesOf(kernel), bias: valuesOf(bias) })))
    }
    const { means, deviations } = scaling
    return { version: 2, means: roundedValues(means), deviations: roundedValues(deviations), networks }
  } finally {
    await compiled.dispose()
  }
}

const roundedValues = (values: Float32Array) => Array.from(values, (value) => Number(value.toPrecision(5)))

interface Scaling {
  readonly means: Float32Array
  readonly deviations: Float32Array
}

async function descend(
  compiled: CompiledProgram,
  { measured, plain }: LevelSamples,
  {
    random,
    steps,
    onOne,
    ...scaling
  }: Scaling & { random: Random; steps: number; onOne: (done: number) => void },
): Promise<void> {
  const half = recipe.batch / 2
  const draw = <T>(from: readonly T[]) => Array.from({ length: half }, () => from[random.below(from.length)]!)
  for (let done = 0; done < steps; done++) {
    const rate = (recipe.peak * (1 + Math.cos((Math.PI * done) / steps))) / 2
    const scale = Math.sqrt(1 - 0.999 ** (done + 1)) / (1 - 0.9 ** (done + 1))
    const chosen = draw(measured)
    await compiled.run('step', {
      ...feedsOf([...chosen, ...draw(plain)], scaling, random),
      ...errorsOf(chosen),
      rate: { shape: [1], data: Float32Array.of(rate * scale) },
    })
    if ((done + 1) % stepsBetweenTold === 0) onOne(done + 1)
  }
}

function feedsOf(chosen: readonly LevelSample[], { means, deviations }: Scaling, random: Random) {
  const width = means.length
  const x = new Float32Array(chosen.length * width)
  const y = new Float32Array(chosen.length * 2)
  chosen.forEach(({ features, brightness, color }, i) => {
    features.forEach((value, k) => {
      const scaled = scaledFeature(value, means[k]!, deviations[k]!)
      x[i * width + k] = scaled + recipe.noise * random.normal()
    })
    y.set([Math.log(brightness + levelOffset), Math.log(color + levelOffset)], 2 * i)
  })
  return { x: { shape: [chosen.length, width], data: x }, y: { shape: [chosen.length, 2], data: y } }
}

function errorsOf(chosen: readonly MeasuredSample[]) {
  const feed = (plane: 'brightness' | 'color') => ({
    shape: [2 * chosen.length, toldSteps],
    // The plain samples of the batch come after these, and have none.
    data: Float32Array.from({ length: 2 * chosen.length * toldSteps }, (_, i) => {
      const errors = chosen[Math.floor(i / toldSteps)]?.errors[plane]
      return errors ? Math.log(errors[i % toldSteps]! + leastError) : 0
    }),
  })
  const known = Float32Array.from({ length: 2 * chosen.length }, (_, i) => (i < chosen.length ? 2 : 0))
  return {
    brightness: feed('brightness'),
    color: feed('color'),
    known: { shape: [known.length], data: known },
  }
}

/** Normal numbers as He et al. 2015 draw them for kernels, zeros for everything else. */
function initialValues(variables: readonly Variable[], random: Random): Record<string, Float32Array> {
  return Object.fromEntries(
    variables.map(({ name, shape }) => {
      const deviation = name.startsWith('kernel') && !name.includes('/') ? Math.sqrt(2 / shape[0]!) : 0
      const size = shape.reduce((product, n) => product * n, 1)
      const values = Float32Array.from({ length: size }, () => deviation * random.normal())
      if (name === `bias${hidden.length}`) values.fill(firstStep, 2)
      return [name, values]
    }),
  )
}

interface Layer {
  readonly kernel: Variable
  readonly bias: Variable
}

function step(
  layers: readonly Layer[],
  variables: readonly Variable[],
  moments: readonly { readonly first: Variable; readonly second: Variable }[],
  width: number,
): GraphFunction {
  let values: Tensor = placeholder('x', [BATCH, width])
  layers.forEach(({ kernel, bias }, i) => {
    const sums = biasAdd(matmul(values, kernel.value), bias.value)
    values = i < layers.length - 1 ? maximum(sums, 0) : sums
  })
  const error = sub(slice(values, 1, 0, 2), placeholder('y', [BATCH, 2]))
  const under = maximum(mul(error, -1), 0)
  const ofLevels = reduceMean(add(square(error), mul(square(under), underestimates - 1)), [0, 1])
  const loss = add(mul(ofLevels, levelShare), toldLoss(slice(values, 1, 2, 2)))
  const flows = gradients(
    loss,
    variables.map(({ value }) => value),
  )
  const rate = reshape(placeholder('rate', [1]), [])
  const updates = new Map<Variable, Tensor>()
  variables.forEach((variable, i) => {
    const { first, second } = moments[i]!
    const gradient = add(flows[i]!, mul(variable.value, recipe.decay))
    const m = add(mul(first.value, 0.9), mul(gradient, 0.1))
    const v = add(mul(second.value, 0.999), mul(square(gradient), 0.001))
    updates.set(first, m).set(second, v)
    updates.set(variable, sub(variable.value, mul(div(m, add(sqrt(v), 1e-7)), rate)))
  })
  return { name: 'step', outputs: { loss: reshape(loss, [1]) }, updates }
}

/**
 * The logarithm of the error that is left in a picture whose denoiser is told so much: what one step too low or too high costs
 * differs from picture to picture. Between steps the logarithm of each plane's error is interpolated.
 *
 * @param told steps, batch × 2
 */
function toldLoss(told: Tensor): Tensor {
  const most = toldSteps - 1
  const errorOf = (plane: 0 | 1, name: string) => {
    const at = minimum(maximum(slice(told, 1, plane, 1), 0), most)
    const steps = constant(
      [1, toldSteps],
      Array.from({ length: toldSteps }, (_, k) => k),
    )
    const weights = maximum(sub(1, abs(sub(at, steps))), 0)
    return exp(reduceSum(mul(weights, placeholder(name, [BATCH, toldSteps])), [1]))
  }
  const left = log(add(add(errorOf(0, 'brightness'), errorOf(1, 'color')), unseenError))
  // Beyond the steps there is no slope: it leads back.
  const beyond = add(maximum(mul(told, -1), 0), maximum(sub(told, most), 0))
  const outside = reduceMean(beyond, [1])
  return reduceMean(mul(add(left, mul(outside, 0.1)), placeholder('known', [BATCH])), [0])
}

function statistics(samples: readonly LevelSample[]): Scaling {
  const width = samples[0]!.features.length
  const [means, deviations] = [new Float32Array(width), new Float32Array(width)]
  for (let k = 0; k < width; k++) {
    const values = samples.map(({ features }) => features[k]!)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
    means[k] = mean
    deviations[k] = Math.max(1e-3, Math.sqrt(variance))
  }
  return { means, deviations }
}
