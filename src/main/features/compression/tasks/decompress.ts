import { ExpectedError } from '../../../../shared/errors'
import { sentence } from '../../../../shared/texts/sentence'
import { inputSize, type ModelSpec } from '../../../../shared/modelSpec'
import { CodeModel } from '../../../engine/compression/codeModel'
import { type Coordinates, drawRows } from '../../../engine/compression/imageCoder'
import { PixelCoder } from '../../../engine/compression/pixelCoder'
import { RangeReader } from '../../../engine/compression/rangeCoder'
import { readTensors, type RoundedTensor, valuesOf } from '../../../engine/compression/tensorCoder'
import { readParameters } from '../../../worker/loadModel'
import { type TaskContext, throwIfEnding } from '../../../worker/taskContext'
import { HgzFile } from '../hgzFile'
import {
  axesSectionSchema,
  damagedFile,
  modelSectionSchema,
  type tensorHeadSchema,
  unpackWithHead,
} from '../hgzFormat'
import { CodecModel, decodingParameters, modelHash, withRounded } from './codecModel'
import type { DecompressedBatch, DecompressParams } from './compressionTasks'
import { noDetails } from './fitCodec'
import { imagesAtOnce } from './someImages'
import type { z } from 'zod'

/** Numbers that all tensors of a file may have. */
const mostNumbers = 2 ** 28

/** Sends the images of a file, block by block. */
export async function decompress(
  params: DecompressParams,
  context: TaskContext<DecompressedBatch>,
): Promise<{ count: number }> {
  const file = await HgzFile.open(params.file)
  try {
    const { coordinates, spec, values } = await readCoordinates(file, params)
    const model = await CodecModel.open(spec, values, params)
    try {
      const first = params.block ?? 0
      const end = params.block === undefined ? file.index.blocks.length : first + 1
      let count = 0
      for (let block = first; block < end; block++)
        count += await sendBlock(file, block, coordinates, model, context)
      return { count }
    } finally {
      await model.dispose()
    }
  } finally {
    await file.close()
  }
}

async function sendBlock(
  file: HgzFile,
  block: number,
  coordinates: Coordinates,
  model: CodecModel,
  context: TaskContext<DecompressedBatch>,
): Promise<number> {
  const { count } = file.index.blocks[block]!
  const { inputs } = coordinates
  const priors = priorsOf(file)
  const codes = new RangeReader(await file.codes(block))
  const codeModel = new CodeModel(priors)
  const items = await file.items(block)
  const coded = await file.pixels(block)
  const pixelReader = coded && new RangeReader(coded)
  const { maxError, input } = file.header
  const pixelCoder = maxError === null ? null : new PixelCoder(input, maxError)
  const together = imagesAtOnce(inputs)
  for (let first = 0; first < count; first += together) {
    context.waitForClient()
    throwIfEnding(context as TaskContext<never>)
    const taken = Math.min(together, count - first)
    const rows = new Int32Array(taken * priors.length)
    for (let row = 0; row < taken; row++)
      codeModel.code(codes, rows.subarray(row * priors.length, (row + 1) * priors.length))
    const drawn = await drawRows(coordinates, model.decode, rows, taken)
    const pixels = new Uint8Array(taken * inputs)
    if (pixelCoder)
      for (let row = 0; row < taken; row++) {
        const own = pixels.subarray(row * inputs, (row + 1) * inputs)
        pixelCoder.code(pixelReader!, drawn.subarray(row * inputs, (row + 1) * inputs), own, false)
      }
    else for (let i = 0; i < pixels.length; i++) pixels[i] = Math.round(255 * drawn[i]!)
    const part = items.slice(first, first + taken)
    const at = block * file.header.blockSize + first
    context.emit({ type: 'batch', first: at, count: taken, items: part, pixels }, [pixels.buffer])
  }
  return count
}

const priorsOf = ({ header }: HgzFile) =>
  header.priors.map(([zero, goesOn, partner]) => ({ zero, goesOn, partner }))

/** What a file's numbers stand for. @throws ExpectedError where its model is missing, or is another one */
export async function readCoordinates(file: HgzFile, { model }: Pick<DecompressParams, 'model'>) {
  const { header, path } = file
  const { input, step } = header
  const inside = await file.coordinates()
  const { spec, values } = inside.model ? modelInside(inside.model, path) : await modelOutside(file, model)
  if (JSON.stringify(spec.input) !== JSON.stringify(input))
    throw damagedFile(path, 'its model draws other images')
  const { head, bytes } = unpackWithHead(axesSectionSchema, inside.axes, path)
  const tensors = tensorsOf(head.tensors, bytes, path)
  const inputs = inputSize(input)
  const tensor = (name: string, shape: readonly number[]) => {
    const found = tensors.find((one) => one.name === name)
    if (!found || found.shape.join() !== shape.join()) throw damagedFile(path, `its ${name} do not fit`)
    return valuesOf(found)
  }
  const { axes: count, details: directions, dimensions } = header
  const hasDetails = directions > 0 || tensors.some(({ name }) => name === 'offset')
  const coordinates: Coordinates = {
    inputs,
    step,
    axes: {
      dimensions,
      count,
      mean: tensor('mean', [dimensions]),
      outOf: tensor('axes', [dimensions, count]),
      into: new Float64Array(0),
      variance: new Float64Array(0),
    },
    details: hasDetails
      ? {
          count: directions,
          directions: tensor('directions', [directions, inputs]),
          offset: tensor('offset', [inputs]),
        }
      : noDetails(inputs),
  }
  return { coordinates, spec, values }
}

type Head = z.infer<typeof tensorHeadSchema>

function tensorsOf(heads: readonly Head[], bytes: Uint8Array, path: string): RoundedTensor[] {
  const numbers = heads.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)
  // Each number takes a hundredth of a bit at the least.
  if (numbers > mostNumbers || numbers > 4096 + 4096 * bytes.length)
    throw damagedFile(path, 'its tensors are too large')
  return readTensors(
    heads.map(({ prior: [zero, goesOn, partner], ...head }) => ({
      ...head,
      prior: { zero, goesOn, partner },
    })),
    bytes,
  )
}

function modelInside(
  section: Uint8Array,
  path: string,
): { spec: ModelSpec; values: Record<string, Float32Array> } {
  const { head, bytes } = unpackWithHead(modelSectionSchema, section, path)
  const tensors = tensorsOf(head.tensors, bytes, path)
  for (const { name, shape } of decodingParameters(head.spec)) {
    const found = tensors.find((tensor) => tensor.name === name)
    if (!found || found.shape.join() !== shape.join()) throw damagedFile(path, 'its model lacks weights')
  }
  return { spec: head.spec, values: { ...withRounded(head.spec, {}, tensors) } }
}

async function modelOutside(
  { header, path }: HgzFile,
  model: DecompressParams['model'],
): Promise<{ spec: ModelSpec; values: Record<string, Float32Array> }> {
  const { name, hash } = header.model
  if (!model)
    throw new ExpectedError(
      'bad-usage',
      sentence('compression.modelNotInside', { path, name, hash: hash.slice(0, 12) }),
    )
  const values = await readParameters(model)
  if (modelHash(model.spec, values) !== hash)
    throw new ExpectedError(
      'bad-input',
      sentence('compression.otherModel', { path, name, hash: hash.slice(0, 12) }),
    )
  return { spec: model.spec, values }
}
