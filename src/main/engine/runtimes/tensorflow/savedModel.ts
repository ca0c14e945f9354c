import type { ConstantValue } from '../../graph/constantValue'
import type { Pieces } from '../../../../shared/pieces'
import { encodeInPieces } from '../../files/protoPieces'
import type { Program } from '../../graph/program'
import type { Variable } from '../../graph/variable'
import { type Endpoints, GraphDefBuilder } from './graphDefBuilder'
import { SavedModelProto, tensorflowTypes } from './protos'

export interface AuthoredSavedModel {
  /** Of saved_model.pb, which is all there is to write. */
  readonly pieces: Pieces
  /** By function. */
  readonly endpoints: ReadonlyMap<string, Endpoints>
}

/** GraphDef version of TensorFlow 2.12; any later library reads it, and back to 2.9. */
const graphVersion = 1087

/**
 * Writes a program as a SavedModel with the tag `serve` and a signature for each function. Variables start empty.
 *
 * @param constants values of variables that nothing changes, which go into the graph
 */
export function authorSavedModel(
  program: Program,
  constants: (variable: Variable) => ConstantValue | null = () => null,
): AuthoredSavedModel {
  const graph = new GraphDefBuilder(constants)
  const endpoints = new Map(program.functions.map((fn) => [fn.name, graph.addFunction(fn)]))
  const signatureDef = Object.fromEntries([...endpoints].map(([name, ends]) => [name, signature(ends)]))
  const graphDef = { node: graph.nodes, versions: { producer: graphVersion } }
  const metaGraph = { metaInfoDef: { tags: ['serve'], tensorflowVersion: '2.12.0' }, graphDef, signatureDef }
  const pieces = encodeInPieces(SavedModelProto, { savedModelSchemaVersion: 1, metaGraphs: [metaGraph] })
  return { pieces, endpoints }
}

function signature({ inputs, outputs }: Endpoints) {
  const infos = (ends: Endpoints['inputs']) =>
    Object.fromEntries(
      [...ends].map(([key, { name, type }]) => [
        key,
        {
          name,
          dtype: tensorflowTypes[type.dtype],
          tensorShape: { dim: type.shape.map((size) => ({ size })) },
        },
      ]),
    )
  return { inputs: infos(inputs), outputs: infos(outputs), methodName: 'tensorflow/serving/predict' }
}
