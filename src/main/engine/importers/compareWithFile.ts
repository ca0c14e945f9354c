import { readFile } from 'node:fs/promises'
import type { ValueRange } from '../../../shared/importing'
import { codeSize, hasCode, type InputShape } from '../../../shared/modelSpec'
import { parametersFromWeights } from '../models/weights'
import { createOnnxRuntime } from '../runtimes/onnx/onnxRuntime'
import { type FileInput, runOnnxFileWithShapes } from '../runtimes/onnx/runOnnxFile'
import { buildInferenceProgram } from '../training/trainingProgram'
import { randomStream } from '../training/random'
import type { ImportedModel } from './importedModel'
import type { OnnxGraph } from './onnxGraph'
import { withoutChance } from './withoutChance'

/** Values as a file has them: value · gain + shift of those in 0..1. */
const ranges: Readonly<Record<ValueRange, { gain: number; shift: number }>> = {
  '0..1': { gain: 1, shift: 0 },
  '0..255': { gain: 255, shift: 0 },
  '-1..1': { gain: 2, shift: -1 },
}

/** Noise that a network is told of where it takes it, 1 being white. */
const level = 25 / 255

/**
 * How far a model that was read from an ONNX file is from what ONNX Runtime makes with the file itself, of noise and of
 * something like a picture: the largest difference, where the range of images is 1. Infinite where one of them gives
 * another number of values, or none; null where the file takes something else than float32.
 *
 * @param file its path, beside which its weights may lie, or its bytes
 * @throws Error where ONNX Runtime does not run the file
 */
export async function compareWithFile(
  file: string | Uint8Array,
  graph: OnnxGraph,
  model: ImportedModel,
): Promise<number | null> {
  if (graph.inputs.some(({ isFloat, isHalf }) => !isFloat && !isHalf)) return null
  const { input } = model.spec
  const endsClipped = graph.nodes.some(
    ({ op, outputs }) => op === 'Clip' && graph.outputs.includes(outputs[0] ?? ''),
  )
  const bytes = graph.nodes.some(({ op }) => op.startsWith('Random'))
    ? withoutChance(typeof file === 'string' ? await readFile(file) : file, graph.external)
    : null
  let largest = 0
  for (const image of pictures(input)) {
    const given = model.half === 'decoder' ? codeLike(model, image) : image
    const expected = await byFile(file, bytes, graph, model, given)
    const found = await givenBy(model, given)
    if (expected?.length !== found.length) return Infinity
    const plain = difference(found, expected)
    // What leaves a model is clipped wherever it is used.
    largest = Math.max(
      largest,
      endsClipped ? Math.min(plain, difference(clipped(found), clipped(expected))) : plain,
    )
  }
  return largest
}

/** Values in a range as those in 0..1. */
export function inUnits(values: ArrayLike<number>, range: ValueRange): Float32Array {
  const { gain, shift } = ranges[range]
  return Float32Array.from(values, (value) => (value - shift) / gain)
}

/** Values in 0..1 as those in a range. */
export function fromUnits(values: Float32Array, range: ValueRange): Float32Array {
  const { gain, shift } = ranges[range]
  return values.map((value) => value * gain + shift)
}

/** Noise, and something like a picture: channels last. */
export function pictures({ height, width, channels }: InputShape): readonly Float32Array[] {
  const random = randomStream(3)
  const of = (value: (x: number, y: number, c: number) => number) =>
    Float32Array.from({ length: height * width * channels }, (_, i) => {
      const [c, pixel] = [i % channels, Math.floor(i / channels)]
      return value((pixel % width) / width, Math.floor(pixel / width) / height, c)
    })
  const scene = (x: number, y: number, c: number) => {
    const sky = 0.75 - 0.4 * y + 0.1 * Math.sin(9 * x + c)
    const isHouse = x > 0.3 && x < 0.6 && y > 0.4 && y < 0.8
    return Math.min(1, Math.max(0, (isHouse ? 0.2 + 0.2 * c : sky) + 0.05 * random.normal()))
  }
  return [of(() => random.uniform()), of(scene)]
}

async function byFile(
  file: string | Uint8Array,
  bytes: Uint8Array | null,
  { inputs, outputs }: OnnxGraph,
  { spec, ranges: told, output, half }: ImportedModel,
  image: Float32Array,
): Promise<Float32Array | null> {
  const { input } = spec
  const [first, second] = inputs
  const given = told?.given ?? '0..1'
  const fed: Record<string, FileInput> = {
    [first!.name]:
      half === 'decoder' ? codeFor(first!.shape, image) : imageFor(first!.shape, input, image, given),
  }
  if (second) {
    const shape = second.shape.map((side) => side ?? 1)
    fed[second.name] = { shape, data: new Float32Array(count(shape)).fill(level * ranges[given].gain) }
  }
  const isHalf = inputs.some((input) => input.isHalf)
  const results = await runOnnxFileWithShapes(bytes ?? file, fed, isHalf ? 'float16' : 'float32')
  const size = half === 'encoder' ? codeSize(spec) : count([input.height, input.width, input.channels])
  const batch = first!.shape[0] ?? 1
  const one = outputs
    .filter((name) => output === undefined || name === output)
    .map((name) => results[name])
    .find((result) => result?.data.length === size * batch)
  if (!one) return null
  if (half === 'encoder') return one.data.subarray(0, size) as Float32Array
  const isFirst = one.shape.length === 4 && one.shape[1] === input.channels && one.shape[2] === input.height
  const values = inUnits(one.data.subarray(0, size), told?.made ?? '0..1')
  return isFirst ? turned(values, input.channels, input.height * input.width) : values
}

/** As the file takes it: a row, or planes or pixels, perhaps with a channel more that tells the noise. */
function imageFor(
  shape: readonly (number | null)[],
  { height, width, channels }: InputShape,
  image: Float32Array,
  range: ValueRange,
): FileInput {
  const [batch, a, , c] = shape
  const times = batch ?? 1
  const values = fromUnits(image, range)
  if (shape.length === 3) return { shape: [times, height, width], data: repeated(values, times) }
  if (shape.length === 2) return { shape: [times, values.length], data: repeated(values, times) }
  const isLast = (c === 1 || c === 3) && a !== 1 && a !== 3
  if (isLast) return { shape: [times, height, width, channels], data: repeated(values, times) }
  const planes = a ?? channels
  const data = new Float32Array(planes * height * width).fill(level * ranges[range].gain)
  data.set(turned(values, height * width, channels))
  return { shape: [times, planes, height, width], data: repeated(data, times) }
}

/** As many numbers as a code has, spread as those of a picture. */
function codeLike({ spec }: ImportedModel, image: Float32Array): Float32Array {
  return Float32Array.from({ length: codeSize(spec) }, (_, i) => 4 * image[(7 * i) % image.length]! - 2)
}

const codeFor = ([batch, ...sides]: readonly (number | null)[], code: Float32Array): FileInput => ({
  shape: [batch ?? 1, ...sides.map((side) => side ?? 1)],
  data: repeated(code, batch ?? 1),
})

/** Rows become columns. */
export function turned(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      result[column * rows + row] = values[row * columns + column]!
  return result
}

function repeated(values: Float32Array, times: number): Float32Array {
  const all = new Float32Array(values.length * times)
  for (let i = 0; i < times; i++) all.set(values, i * values.length)
  return all
}

/** What a model makes of an image in 0..1, channels last: of half a model what the file holds. */
export async function givenBy(model: ImportedModel, image: Float32Array): Promise<Float32Array> {
  return withModel(model, (give) => give(image))
}

/**
 * A model that is compiled once for several images in 0..1, channels last.
 * @param use is given what makes an image of an image, of an encoder alone a code, and of a decoder alone an image of a code
 */
export async function withModel<R>(
  { spec, weights, half }: Pick<ImportedModel, 'spec' | 'weights' | 'half'>,
  use: (give: (given: Float32Array) => Promise<Float32Array>) => Promise<R>,
): Promise<R> {
  const { program, parameters } = buildInferenceProgram(spec, null)
  const compiled = await createOnnxRuntime().compile(program)
  const encode = async (data: Float32Array) =>
    (await compiled.run('encode', { image: { shape: [1, data.length], data } })).code!.data as Float32Array
  const decode = async (data: Float32Array) =>
    (await compiled.run('decode', { code: { shape: [1, data.length], data } })).image!.data as Float32Array
  const reconstruct = async (data: Float32Array) => {
    const sigma = { shape: [1, 1], data: Float32Array.of(255 * level) }
    const feeds = { image: { shape: [1, data.length], data }, sigma }
    return (await compiled.run('reconstruct', feeds)).output!.data as Float32Array
  }
  const whole = hasCode(spec) ? async (image: Float32Array) => decode(await encode(image)) : reconstruct
  try {
    await compiled.write(parameters.toVariables(parametersFromWeights(spec, weights, 'the file')))
    return await use(half === 'encoder' ? encode : half === 'decoder' ? decode : whole)
  } finally {
    await compiled.dispose()
  }
}

const count = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1)

const clipped = (values: Float32Array) => values.map((value) => Math.min(1, Math.max(0, value)))

/** The largest one; of large numbers a share of them, as float32 holds them. */
export function difference(found: Float32Array, expected: Float32Array): number {
  let [largest, size] = [0, 1]
  for (let i = 0; i < found.length; i++) {
    const apart = Math.abs(found[i]! - expected[i]!)
    if (Number.isNaN(apart)) return Infinity
    largest = Math.max(largest, apart)
    size = Math.max(size, Math.abs(expected[i]!))
  }
  return largest / size
}
