import { availableParallelism } from 'node:os'
import {
  type DenseLayer,
  inputSize,
  type InputShape,
  kernelShape,
  layerShapes,
  type ModelSpec,
} from '../../../shared/modelSpec'
import { type Network, valueShapes } from '../../../shared/network'
import type { RuntimeName, TrainingConfig } from '../../../shared/trainingConfig'
import { hasGramLoss } from '../models/gramLoss'

export interface Tuning {
  readonly stepsPerCall: number
  readonly shards: number
  readonly columns: boolean
  readonly gram: boolean
  readonly partSize?: number | undefined
}

/** Arithmetic of a processor with two cores, in operations a second: only the order of magnitude matters. */
const slowProcessor = 1.5e11
/** With less to gain the more operations, and the digits, are not worth it. */
const worthwhileShare = 0.8
/** A call should not take longer than this, so that pause and stop are obeyed soon. */
const callMs = { dense: 300, convolutional: 180 }
/** Elements, 2 MB: all that Adam's operations read and write of a part stays in the caches of most processors. */
const cachedPart = 2 ** 19

/**
 * How a training step is laid out for a runtime. Measured on two cores (npm run bench):
 *
 * - ONNX Runtime copies every variable that a call returns, so several steps in one call share that copy. Dense kernels are
 *   large for what is computed with them, so their calls may take longer.
 * - TensorFlow on a processor is fastest when each half of the batch has a core of its own and no operation waits for
 *   another core, so the graph holds the step twice, each on half the batch, and adds up the gradients. On a GPU one
 *   large operation is better than two small ones.
 * - ONNX Runtime's matrix product is slow where a result's rows are no multiple of 16 long, and where its first factor is
 *   read transposed. With images as columns rows are as long as the batch, and with encoder kernels held as their
 *   transposes one product of the three that read a tied kernel turns it: a step of 784-196-81-49 takes 12 % less time, one
 *   of 3072-1024-256-64 20 %. Bytes are turned over before they are floats, which costs next to nothing.
 * - Adam's operations there pass over each kernel one after the other. On parts of one that stay in the cache they take half
 *   the time, a seventh of a step of 3072-1024-256-64.
 * - The loss of a tied model can do without the outermost layer's output (models/gramLoss.ts). With I inputs, U units and B
 *   images that takes 2·B·I·U + 2·I·U² + 2·B·U² multiplications instead of 5·B·I·U. Not on a GPU, whose products keep too
 *   few digits for it where they run on tensor cores.
 * - Convolutions take images one by one, so there are no columns; halves of the batch pay from a handful of images on.
 */
export function tune(
  { runtime, isGpu }: { runtime: RuntimeName; isGpu: boolean },
  spec: ModelSpec,
  {
    batchSize,
    noise,
    compressible = null,
  }: Pick<TrainingConfig, 'batchSize' | 'noise'> & Partial<Pick<TrainingConfig, 'compressible'>>,
): Tuning {
  const dense = !spec.network && spec.encoder.every(({ type }) => type === 'dense')
  // Forward and twice backward, two operations a product.
  const estimatedMs = (6 * productsPerImage(spec) * batchSize * 1000) / slowProcessor
  const wantedMs = dense ? callMs.dense : callMs.convolutional
  const stepsPerCall = isGpu ? 8 : Math.max(1, Math.min(8, Math.round(wantedMs / Math.max(estimatedMs, 0.1))))
  const halves = runtime === 'tensorflow' && !isGpu && availableParallelism() > 1
  const shards = halves && batchSize >= (dense ? 64 : 4) && batchSize % 2 === 0 ? 2 : 1
  const columns = runtime === 'onnx' && !isGpu && dense && spec.loss !== 'ssim-mae'
  const isPlain = !noise && compressible === null
  const gram = !isGpu && isPlain && hasGramLoss(spec) && gramShare(spec, batchSize) < worthwhileShare
  return { stepsPerCall, shards, columns, gram, partSize: columns && !gram ? cachedPart : undefined }
}

/** Of the multiplications that the outermost kernel is read for, how many are left with `gramLoss`. */
function gramShare(spec: ModelSpec, batchSize: number): number {
  const inputs = inputSize(spec.input)
  const { units } = spec.encoder[0] as DenseLayer
  return (2 + (2 * units) / batchSize + (2 * units) / inputs) / 5
}

/** Multiplications of one image's way through encoder and decoder. */
function productsPerImage(spec: ModelSpec): number {
  if (spec.network) return productsOf(spec.network, spec.input)
  const shapes = layerShapes(spec)
  const layers = spec.encoder.map((layer, i) => {
    const kernel = kernelShape(layer, shapes[i]!) ?? []
    const places = layer.type === 'conv' ? shapes[i + 1]!.height * shapes[i + 1]!.width : 1
    return kernel.length ? kernel.reduce((product, size) => product * size, places) : 0
  })
  const encoder = layers.reduce((sum, products) => sum + products, 0)
  return spec.decoder === 'mirror' ? 2 * encoder : encoder
}

function productsOf(network: Network, input: InputShape): number {
  const shapes = valueShapes(network, input)
  return network.nodes.reduce((sum, node) => {
    if (!('reads' in node)) return sum
    const { height, width, channels } = shapes.get(node.name)!
    const taps = 'kernel' in node ? node.kernel[0] * node.kernel[1] : 1
    const reads = node.op === 'depthwise' ? 1 : node.reads
    return sum + height * width * channels * taps * reads
  }, 0)
}
