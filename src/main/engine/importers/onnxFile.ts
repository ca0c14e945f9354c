import { ExpectedError } from '../../../shared/errors'
import type { ImportHints } from '../../../shared/importing'
import { compareWithFile } from './compareWithFile'
import { fileAsItIs } from './fileAsItIs'
import type { FileToImport } from './importFile'
import { type ImportedModel, toleranceOf, unreadable } from './importedModel'
import { limits } from './limits'
import { keepsTies, withTies } from './network/sharedKernels'
import { networkOfOnnx } from './network/onnxNetwork'
import { mirrored, ownOnnx } from './onnx'
import { externalFiles, type OnnxGraph, readOnnx } from './onnxGraph'
import { sentence } from '../../../shared/texts/sentence'

/**
 * An ONNX file with the weights that lie beside it. What another program made counts as read only when it gives what ONNX
 * Runtime makes with the file: where a mirror of its layers does not, its operators are tried as they stand. What these do
 * not say, and leads from an image to one of the same size, runs as the file that it is.
 * @throws ExpectedError
 */
export async function importOnnxFile(file: FileToImport, hints: ImportHints): Promise<ImportedModel> {
  const { name, bytes } = file
  const graph = readOnnx(bytes, name, await filesBeside(file))
  const own = ownOnnx(graph, name)
  if (own) return own
  return importGraph({ name, bytes, source: file.path ?? null }, graph, hints)
}

/** ONNX's operators, and what runs them: a path or bytes, or nothing, where what is read of them is not compared. */
export interface OnnxSource {
  readonly name: string
  readonly bytes: Uint8Array
  readonly source: string | Uint8Array | null
}

/** @throws ExpectedError */
export async function importGraph(
  file: OnnxSource,
  graph: OnnxGraph,
  hints: ImportHints,
): Promise<ImportedModel> {
  const read = await asNetwork(file, graph, hints).catch((error: unknown) => {
    if (error instanceof ExpectedError && error.code === 'unsupported') return error
    throw error
  })
  if (!(read instanceof ExpectedError)) return read
  const sized = !hints.input && misfits.test(read.message) ? await ofUsualSize(file, graph, hints) : null
  if (sized) return sized
  const asItIs = file.source === null ? null : await fileAsItIs(file.bytes, graph, hints, read.message)
  if (asItIs) return asItIs
  throw read
}

/** What is said of layers that take another number of values than images of the assumed size give. */
const misfits = /\(dense\) reads .+ where it takes \d+ numbers|\(Reshape\) reshapes/

/** Of images that models are made for, the most usual first. */
const usualSides = [28, 32, 64, 96, 128, 224, 256, 48, 100, 112, 160, 192, 16, 8]

/** A network that says its images may be of any size, though its dense layers read so many numbers. */
async function ofUsualSize(
  file: OnnxSource,
  graph: OnnxGraph,
  hints: ImportHints,
): Promise<ImportedModel | null> {
  const { shape = [] } = graph.inputs[0] ?? {}
  const isOpen = shape.length === 4 && shape.slice(1).filter((side) => side === null).length >= 2
  if (!isOpen) return null
  const channels = shape[1] === 3 || shape[3] === 3 ? 3 : 1
  for (const side of usualSides) {
    const input = { height: side, width: side, channels } as const
    const model = await asNetwork(file, graph, { ...hints, input }).catch(onlyUnsupported)
    if (model)
      return {
        ...model,
        notes: [
          ...model.notes,
          `The file says that its images may be of any size: they are taken to have ${side} × ${side} pixels, which go with its layers.`,
        ],
      }
  }
  return null
}

function onlyUnsupported(error: unknown): null {
  if (error instanceof ExpectedError && error.code === 'unsupported') return null
  throw error
}

/** @throws ExpectedError `unsupported` where no operations of ours give what the file gives */
async function asNetwork(file: OnnxSource, graph: OnnxGraph, hints: ImportHints): Promise<ImportedModel> {
  const found = mirrored(graph, hints)
  const mirror = !found || keepsTies(found) ? found : withTies(found, () => networkOfOnnx(graph, hints))
  if (mirror) {
    const compared = await comparison(file, graph, mirror)
    if (compared.difference <= toleranceOf(compared.model)) return compared.model
  }
  const { model, difference } = await comparison(file, graph, networkOfOnnx(graph, hints))
  if (difference <= toleranceOf(model)) return model
  throw new ExpectedError(
    'unsupported',
    sentence('importing.differsFromOnnx', { name: file.name, difference: difference.toPrecision(2) }),
  )
}

/** Half precision, as ONNX numbers its types. */
const float16 = 10

/** Also where it takes and gives single precision. */
const computesInHalf = ({ inputs, nodes }: OnnxGraph) =>
  inputs[0]?.isHalf || nodes.some((node) => node.op === 'Cast' && node.number('to') === float16)

/** The model, with a sentence where it could not be compared. */
async function comparison(
  { name, source }: OnnxSource,
  graph: OnnxGraph,
  read: ImportedModel,
): Promise<{ model: ImportedModel; difference: number }> {
  const model = computesInHalf(graph) ? { ...read, isHalf: true } : read
  const unproved = (why: string) => ({
    model: {
      ...model,
      proved: false,
      notes: [
        ...model.notes,
        `It could not be compared with what ${name} itself computes: ${why}. Try it on images that you know.`,
      ],
    },
    difference: 0,
  })
  if (source === null) return { model, difference: 0 }
  try {
    const difference = await compareWithFile(source, graph, model)
    return difference === null
      ? unproved('it takes no floating-point numbers')
      : { model: { ...model, proved: true }, difference }
  } catch (error) {
    if (error instanceof ExpectedError) throw error
    return unproved('ONNX Runtime does not run the file')
  }
}

/** Within the same folder, and no more than a model may have in all. */
async function filesBeside({ name, bytes, beside }: FileToImport): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>()
  let total = bytes.length
  for (const other of externalFiles(bytes, name)) {
    const content = await beside(other)
    total += content.length
    if (total > limits.file)
      throw unreadable(name, sentence('importing.withWeightsLarger', { most: limits.file / 1e9 }))
    found.set(other, content)
  }
  return found
}
