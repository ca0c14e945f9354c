import { modelSpecSchema } from '../../../shared/modelSpec'
import { decoderKernel, encoderKernel } from '../models/autoencoder'
import type { Weight } from '../models/weights'
import type { Chain, Step } from './chain'
import { type ImportedModel, unfitting } from './importedModel'

type Convolution = Extract<Step, { kind: 'conv' }>

/** Whether a chain is a restorer: convolutions that keep the image's size, without a code. */
export const isRestorer = ({ steps, residual }: Chain): boolean =>
  residual !== null && steps.every(({ kind }) => kind === 'conv' || kind === 'activation')

/**
 * The ModelSpec of a network that gives the noise of an image, or what is to be added to it (DnCNN, Zhang et al. 2017).
 * @throws ExpectedError `unsupported`, naming the layer that does not fit
 */
export function restorerOfChain({ steps, input, residual, name }: Chain): ImportedModel {
  if (typeof input === 'number') throw unfitting('A network that restores images takes images.')
  const convolutions = steps.filter((step): step is Convolution => step.kind === 'conv')
  const last = convolutions.at(-1)
  if (!last || convolutions.length < 2 || steps.at(-1) !== last)
    throw unfitting('The network does not end with a convolution.')
  for (const convolution of convolutions) checkKeepsSize(convolution)
  const [height, width, , filters] = last.kernel.shape as [number, number, number, number]
  if (height !== 3 || width !== 3 || filters !== input.channels)
    throw unfitting(`"${last.name}" (${last.kernel.shape.join(' × ')}) is no last layer of 3 × 3 pixels.`)
  const weights: Record<string, Weight> = {}
  const encoder = convolutions.slice(0, -1).map(({ kernel, bias, name: layer }, i) => {
    const [size, , , count] = kernel.shape as [number, number, number, number]
    weights[encoderKernel(i)] = kernel
    weights[`encoder.${i}.bias`] = bias ?? { shape: [count], data: new Float32Array(count) }
    const next = steps[steps.findIndex((step) => step.name === layer && step.kind === 'conv') + 1]
    const activation = next?.kind === 'activation' ? next.activation : 'linear'
    return { type: 'conv', filters: count, kernel: size, activation } as const
  })
  const sign = residual === 'subtracted' ? -1 : 1
  const signed = ({ shape, data }: Weight) => ({ shape, data: sign < 0 ? data.map((value) => -value) : data })
  weights[decoderKernel(0)] = signed(last.kernel)
  weights['decoder.0.bias'] = signed(last.bias ?? { shape: [filters], data: new Float32Array(filters) })
  const spec = modelSpecSchema.safeParse({
    input,
    encoder,
    decoder: 'convolution',
    tying: 'untied',
    output: { residual: true },
  })
  if (!spec.success) throw unfitting(spec.error.issues[0]!.message)
  return { spec: spec.data, weights, name, about: {}, notes: [assumed] }
}

const assumed =
  'Taken for a network that removes Gaussian noise of sigma 25. Say so if it removes another noise.'

function checkKeepsSize({ name, stride, pads, kernel }: Convolution): void {
  const [height, width] = kernel.shape as [number, number]
  const wanted = [height, width, height, width].map((size) => (size - 1) / 2)
  if (
    height !== width ||
    stride !== 1 ||
    height % 2 === 0 ||
    (pads !== 'same' && pads.join() !== wanted.join())
  )
    throw unfitting(`"${name}" changes the size of the image, which a network that restores images does not.`)
}
