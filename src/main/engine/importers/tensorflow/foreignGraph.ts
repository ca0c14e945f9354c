import type { ImportHints } from '../../../../shared/importing'
import type { FileToImport } from '../importFile'
import { type ImportedModel, unsupported } from '../importedModel'
import { importGraph } from '../onnxFile'
import { readOnnx } from '../onnxGraph'
import { VariableBundle } from './bundle'
import { compareWithTensorflow } from './compareWithTensorflow'
import type { TensorflowGraph } from './graph'
import { Translator } from './translator'
import { sentence } from '../../../../shared/texts/sentence'

/** Of images whose size a graph leaves open. */
const anySide = 64

/**
 * A SavedModel of another program as a network.
 * @throws ExpectedError `unsupported`, naming the operation that is not read, or where TensorFlow gives something else
 */
export async function importForeignGraph(
  graph: TensorflowGraph,
  file: FileToImport,
  hints: ImportHints,
): Promise<ImportedModel> {
  const { name } = file
  const input = inputOf(graph, hints)
  const bundle = await VariableBundle.open((other) => file.beside(other), name)
  const bytes = new Translator(graph, bundle, name).translate(input)
  const source = file.path === undefined ? null : bytes
  const model = await importGraph({ name, bytes, source }, readOnnx(bytes, name), hints)
  return compareWithTensorflow(file, graph, input, model)
}

/** The sides of the one value that is fed: one image, or as many as it says. */
function inputOf({ inputs }: TensorflowGraph, hints: ImportHints): readonly number[] {
  const [fed, ...more] = inputs
  if (!fed || more.length > 0) throw unsupported(sentence('importing.inputs', { count: inputs.length }))
  const [batch = 1, ...sides] = fed.shape
  if (sides.length === 0)
    throw unsupported(
      'The SavedModel does not say how many sides its input has. Save it with model.export(folder).',
    )
  const { height = anySide, width = anySide } = hints.input ?? {}
  const open = [height, width, 0]
  const known = sides.map((side, i) => (side > 0 ? side : sides.length > 1 ? open[i]! : 0))
  if (known.some((side) => !(side > 0)))
    throw unsupported(
      sentence('importing.inputShape', {
        shape: fed.shape.map((side) => (side > 0 ? side : 'any')).join(' × '),
      }),
    )
  return [Math.max(1, batch), ...known]
}
