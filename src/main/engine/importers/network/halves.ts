import type { ImportHints } from '../../../../shared/importing'
import type { InputShape } from '../../../../shared/modelSpec'
import { sizeOfValue, type ValueShape } from '../../../../shared/network'
import { sentence } from '../../../../shared/texts/sentence'
import { randomStream } from '../../training/random'
import { unsupported } from '../importedModel'
import { assumedInput } from './assumedInput'
import { NetworkBuilder, vector } from './networkBuilder'

/** What a file holds of an autoencoder, where it is a part of one. */
export type Half = 'encoder' | 'decoder'

/** Weights of the layer that stands in for the half that is missing; more are more than it is worth. */
const most = 50_000_000

type Order = 'channels-first' | 'channels-last'

/**
 * Ends an encoder that comes alone with a dense layer from its code to an image, which gives grey until it is trained.
 * @param given the value that the encoder gives
 * @param order in which its numbers lie in the file
 * @returns the image, and the code as a row
 * @throws ExpectedError `unsupported` where the code is no smaller than an image
 */
export function withDecoder(
  builder: NetworkBuilder,
  given: string,
  order: Order,
): { image: string; code: string } {
  const { height, width, channels } = builder.image
  const [reads, units] = [sizeOfValue(builder.shape(given)), height * width * channels]
  checkSizes(reads, units)
  const code = builder.shape(given).isRow ? given : builder.add('code', { op: 'flatten', order }, [given])
  const weights = {
    kernel: { shape: [reads, units], data: new Float32Array(reads * units) },
    bias: { shape: [units], data: new Float32Array(units).fill(0.5) },
  }
  const grey = builder.add('decoder', { op: 'dense', reads, units, bias: true }, [code], weights)
  const draft = { op: 'unflatten', order: 'channels-last', height, width, channels } as const
  return { image: builder.add('decoder_image', draft, [grey]), code }
}

/** What reads a code and gives the value that is an image. */
type ReadDecoder = (builder: NetworkBuilder, code: string) => string

/**
 * Begins a decoder that comes alone with a dense layer from an image to its code, whose weights are drawn by chance.
 * @param shape of the code
 * @param order in which its numbers lie in the file
 * @param notes gets a sentence on what was assumed
 * @throws ExpectedError `unsupported` where it gives no image, or the code is no smaller than one
 */
export function withEncoder(
  shape: ValueShape,
  order: Order,
  read: ReadDecoder,
  hints: ImportHints,
  notes: string[],
): { builder: NetworkBuilder; image: string; code: string } {
  const image = imageOf(shape, order, read, hints, notes)
  const [reads, units] = [image.height * image.width * image.channels, sizeOfValue(shape)]
  checkSizes(units, reads)
  const random = randomStream(1)
  const range = Math.sqrt(6 / (reads + units))
  const builder = new NetworkBuilder(image)
  const draw = () => range * (2 * random.uniform() - 1)
  const { code, value } = begun(builder, shape, order, Float32Array.from({ length: reads * units }, draw))
  const given = read(builder, value)
  if (!builder.shape(given).isRow) return { builder, image: given, code }
  const draft = { op: 'unflatten', order: 'channels-last', ...image } as const
  return { builder, image: builder.add('output_image', draft, [given]), code }
}

/** The image that a decoder gives: it is read once for it, from an image of one pixel. */
function imageOf(
  shape: ValueShape,
  order: Order,
  read: ReadDecoder,
  hints: ImportHints,
  notes: string[],
): InputShape {
  const builder = new NetworkBuilder({ height: 1, width: 1, channels: 1 })
  const { value } = begun(builder, shape, order, new Float32Array(sizeOfValue(shape)))
  const { height, width, channels, isRow } = builder.shape(read(builder, value))
  if (isRow) return assumedInput(channels, hints, notes)
  if (channels === 1 || channels === 3) return { height, width, channels }
  throw unsupported(sentence('importing.outputChannels', { channels }))
}

function begun(
  builder: NetworkBuilder,
  shape: ValueShape,
  order: Order,
  kernel: Float32Array,
): { code: string; value: string } {
  const units = sizeOfValue(shape)
  const reads = kernel.length / units
  const weights = { kernel: { shape: [reads, units], data: kernel }, bias: vector(new Float32Array(units)) }
  const row = builder.add('encoder_row', { op: 'flatten', order: 'channels-last' }, ['image'])
  const code = builder.add('encoder', { op: 'dense', reads, units, bias: true }, [row], weights)
  const { isRow, ...sides } = shape
  return {
    code,
    value: isRow ? code : builder.add('encoder_grid', { op: 'unflatten', order, ...sides }, [code]),
  }
}

/** Whether so many numbers may be those of an image. */
export const isRowOfImage = (numbers: number, input: ImportHints['input']): boolean =>
  input?.height === undefined
    ? [numbers, numbers / 3].some((pixels) => Number.isInteger(Math.sqrt(pixels)))
    : input.height * input.width * input.channels === numbers

/** @throws ExpectedError `unsupported` for an image that is nearly as large as the one that goes in, or larger */
export function checkIsCode(builder: NetworkBuilder, value: string): void {
  const { image } = builder
  const { height, channels, isRow } = builder.shape(value)
  if (!isRow && channels === image.channels && 2 * height >= image.height)
    throw unsupported(sentence('importing.resultNoImage'))
}

function checkSizes(code: number, image: number): void {
  if (code >= image || code * image > most)
    throw unsupported(sentence('importing.noSmallerCode', { image, code }))
}

/** What a person has to know of a model that was completed. */
export const aboutHalf = (half: Half): string =>
  half === 'encoder'
    ? 'The file holds an encoder alone: its codes are right, and images that are made of codes are grey until it is trained here. A dense layer stands in for the decoder.'
    : 'The file holds a decoder alone: the images that it makes of codes are right, and the codes of images are drawn by chance until it is trained here. A dense layer stands in for the encoder.'
