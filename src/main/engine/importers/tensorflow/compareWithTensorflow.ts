import { dirname } from 'node:path'
import { ExpectedError } from '../../../../shared/errors'
import { isTensorflowInstalled, loadTensorflow } from '../../runtimes/tensorflow/binding'
import { tensorflowTypes } from '../../runtimes/tensorflow/protos'
import { difference, fromUnits, givenBy, inUnits, pictures } from '../compareWithFile'
import type { FileToImport } from '../importFile'
import type { ImportedModel } from '../importedModel'
import type { TensorflowGraph } from './graph'
import { sentence } from '../../../../shared/texts/sentence'

/** Where the range of images is 1. */
const tolerance = 1e-4

/**
 * What was read of a SavedModel counts as proved where TensorFlow is set up, and gives the same.
 * @param input sides of what is fed
 * @throws ExpectedError `unsupported` where it gives something else
 */
export async function compareWithTensorflow(
  { name, path }: FileToImport,
  graph: TensorflowGraph,
  input: readonly number[],
  model: ImportedModel,
): Promise<ImportedModel> {
  const unproved = { ...model, proved: false }
  if (model.original) return model
  if (path === undefined || !isTensorflowInstalled()) return unproved
  const run = openSession(dirname(path), graph, input)
  if (!run) return unproved
  try {
    const ranges = model.ranges ?? { given: '0..1', made: '0..1' }
    for (const image of pictures(model.spec.input)) {
      const size = image.length
      const batch = input[0]!
      const fed = new Float32Array(size * batch)
      for (let i = 0; i < batch; i++) fed.set(fromUnits(image, ranges.given), i * size)
      const outputs = run(fed)
        .filter(({ length }) => length === fed.length)
        .map((made) => made.subarray(0, size))
      const found = await givenBy(model, image)
      const apart = Math.min(...outputs.map((made) => difference(found, inUnits(made, ranges.made))))
      if (!(apart <= tolerance))
        throw new ExpectedError(
          'unsupported',
          sentence('importing.differsFromTensorflow', { name, difference: apart.toPrecision(2) }),
        )
    }
  } finally {
    run.close()
  }
  return { ...model, proved: true }
}

/** Null where TensorFlow does not run it: it has operations that this TensorFlow does not know, for example. */
function openSession(folder: string, graph: TensorflowGraph, shape: readonly number[]) {
  const drawing = [...graph.functions.values()].some(({ nodes }) =>
    [...nodes.values()].some(({ op }) => op.includes('Random')),
  )
  const [fed] = graph.inputs
  if (drawing || fed?.dtype !== tensorflowTypes.float32) return null
  try {
    const binding = loadTensorflow()
    const session = binding.loadSavedModel(folder, 'serve')
    const run = (image: Float32Array): readonly Float32Array[] => {
      const id = binding.createTensor(shape, binding.TF_FLOAT, image)
      const names = graph.outputs.map(({ tensor }) => tensor).join(',')
      const made = binding.runSavedModel(session, [id], fed.tensor, names)
      const values = made.map((one) => Float32Array.from(binding.tensorDataSync(one.id)))
      for (const one of [id, ...made.map((of) => of.id)]) binding.deleteTensor(one)
      return values
    }
    run(new Float32Array(shape.reduce((product, side) => product * side, 1)))
    return Object.assign(run, { close: () => binding.deleteSavedModel(session) })
  } catch {
    // A model that TensorFlow does not run here is no proof of anything.
    return null
  }
}
