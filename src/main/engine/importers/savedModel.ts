import type { ImportHints } from '../../../shared/importing'
import type { Weight } from '../models/weights'
import type { FileToImport } from './importFile'
import { type ImportedModel, parseJson, scaled } from './importedModel'
import { ownModel } from './ownSpec'
import { importForeignGraph } from './tensorflow/foreignGraph'
import { decodedSavedModel, graphOf } from './tensorflow/graph'
import { numbersOf, type TensorMessage } from './tensorflow/tensors'

/**
 * A SavedModel. Of ours the weights are constants with their names; of others the graph is said in ONNX's operators, with the
 * variables that lie beside it, and read as such a file is. Nothing of it is run but by TensorFlow itself, where it is set up.
 *
 * @throws ExpectedError
 */
export async function importSavedModel(file: FileToImport, hints: ImportHints): Promise<ImportedModel> {
  const { name, bytes } = file
  const metadata = await file.beside('hourglass.json').then(
    (found) => parseJson(found, name) as Record<string, unknown>,
    () => ({}),
  )
  const message = decodedSavedModel(bytes, name)
  const tensors = new Map<string, TensorMessage>()
  for (const { name: node = '', op, attr } of message.metaGraphs?.[0]?.graphDef?.node ?? [])
    if (op === 'Const' && attr?.value?.tensor) tensors.set(node, attr.value.tensor)
  const model = ownModel(metadata, (weight) => weightOf(tensors, `weights/${weight}`, name), name)
  return model ?? importForeignGraph(graphOf(message, name), file, hints)
}

function weightOf(tensors: ReadonlyMap<string, TensorMessage>, name: string, file: string): Weight | null {
  const tensor = tensors.get(name)
  if (!tensor) return null
  const weight = numbersOf(tensor, name, file)
  const scales = tensors.get(`${name}/scales`)
  if (!scales) return weight
  return scaled(weight, numbersOf(scales, name, file).data)
}
