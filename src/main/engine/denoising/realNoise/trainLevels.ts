import { gradients } from '../../graph/autodiff'
import { add, div, maximum, mul, sub } from '../../graph/ops/arithmetic'
import { biasAdd } from '../../graph/ops/biasAdd'
import { matmul } from '../../graph/ops/matmul'
import { placeholder } from '../../graph/ops/placeholder'
import { reduceMean } from '../../graph/ops/reduce'
import { reshape } from '../../graph/ops/reshape'
import { sqrt, square } from '../../graph/ops/unary'
import type { GraphFunction } from '../../graph/program'
import { BATCH, type Tensor } from '../../graph/tensor'
import { createVariable, type Variable } from '../../graph/variable'
import type { Runtime } from '../../runtimes/runtime'
import { type Random, randomStream, shuffle } from '../../training/random'
import { levelOffset, type LevelNetwork, scaledFeature } from './levelEstimate'

export interface LevelSample {
  readonly features: Float32Array
  readonly brightness: number
  readonly color: number
}

const hidden = [64, 32]
const recipe = { epochs: 150, batch: 64, peak: 0.002, decay: 1e-4, seed: 1 }
/** Noise that is told too low stays in the picture: it costs so much more than what is told too high (Guo et al. 2019, CBDNet). */
const underestimates = 6

/** Trains the network that estimates levels of noise, by Adam down a cosine. */
export async function trainLevels(
  runtime: Runtime,
  device: string,
  samples: readonly LevelSample[],
): Promise<LevelNetwork> {
  const width = samples[0]!.features.length
  const { means, deviations } = statistics(samples, width)
  const sizes = [width, ...hidden, 2]
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
    const random = randomStream(recipe.seed)
    await compiled.write(initialValues(all, random))
    const order = Uint32Array.from({ length: samples.length }, (_, i) => i)
    const perEpoch = Math.floor(samples.length / recipe.batch)
    const total = recipe.epochs * perEpoch
    for (let epoch = 0, done = 0; epoch < recipe.epochs; epoch++) {
      shuffle(order, random)
      for (let b = 0; b < perEpoch; b++, done++) {
        const chosen = [...order.subarray(b * recipe.batch, (b + 1) * recipe.batch)].map((i) => samples[i]!)
        const rate = (recipe.peak * (1 + Math.cos((Math.PI * done) / total))) / 2
        const scale = Math.sqrt(1 - 0.999 ** (done + 1)) / (1 - 0.9 ** (done + 1))
        await compiled.run('step', {
          ...feedsOf(chosen, means, deviations),
          rate: { shape: [1], data: Float32Array.of(rate * scale) },
        })
      }
    }
    const read = await compiled.read()
    const rounded = (values: Float32Array) => Array.from(values, (value) => Number(value.toPrecision(5)))
    return {
      version: 1,
      means: rounded(means),
      deviations: rounded(deviations),
      layers: layers.map(({ kernel, bias }) => ({
        kernel: rounded(read[kernel.name]!),
        bias: rounded(read[bias.name]!),
      })),
    }
  } finally {
    await compiled.dispose()
  }
}

function feedsOf(chosen: readonly LevelSample[], means: Float32Array, deviations: Float32Array) {
  const width = means.length
  const x = new Float32Array(chosen.length * width)
  const y = new Float32Array(chosen.length * 2)
  chosen.forEach(({ features, brightness, color }, i) => {
    features.forEach((value, k) => (x[i * width + k] = scaledFeature(value, means[k]!, deviations[k]!)))
    y.set([Math.log(brightness + levelOffset), Math.log(color + levelOffset)], 2 * i)
  })
  return { x: { shape: [chosen.length, width], data: x }, y: { shape: [chosen.length, 2], data: y } }
}

/** Normal numbers as He et al. 2015 draw them for kernels, zeros for everything else. */
function initialValues(variables: readonly Variable[], random: Random): Record<string, Float32Array> {
  return Object.fromEntries(
    variables.map(({ name, shape }) => {
      const deviation = name.startsWith('kernel') && !name.includes('/') ? Math.sqrt(2 / shape[0]!) : 0
      const size = shape.reduce((product, n) => product * n, 1)
      return [name, Float32Array.from({ length: size }, () => deviation * random.normal())]
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
  const error = sub(values, placeholder('y', [BATCH, 2]))
  const under = maximum(mul(error, -1), 0)
  const loss = reduceMean(add(square(error), mul(square(under), underestimates - 1)), [0, 1])
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

function statistics(samples: readonly LevelSample[], width: number) {
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
