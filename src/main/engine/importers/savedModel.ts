import { fromHalf } from '../files/half'
import { sizeOf } from '../graph/tensor'
import type { Weight } from '../models/weights'
import { SavedModelProto, tensorflowTypes } from '../runtimes/tensorflow/protos'
import { type ImportedModel, scaled, unreadable } from './importedModel'
import { limits } from './limits'
import { ownModel } from './ownSpec'

interface TensorMessage {
  readonly dtype?: number
  readonly tensorShape?: { readonly dim?: readonly { readonly size?: number }[] }
  readonly tensorContent?: Uint8Array
}
interface SavedModelMessage {
  readonly metaGraphs?: readonly {
    readonly graphDef?: {
      readonly node?: readonly {
        readonly name?: string
        readonly op?: string
        readonly attr?: Readonly<Record<string, { readonly tensor?: TensorMessage }>>
      }[]
    }
  }[]
}

/**
 * A SavedModel of ours: its weights are constants with their names. Those of others keep theirs in a format of their own
 * beside the graph, and are refused.
 *
 * @param metadata of hourglass.json beside it
 * @throws ExpectedError
 */
export function importSavedModel(
  bytes: Uint8Array,
  metadata: Readonly<Record<string, unknown>>,
  file: string,
): ImportedModel {
  let message: SavedModelMessage
  try {
    message = SavedModelProto.toObject(SavedModelProto.decode(bytes), { longs: Number }) as SavedModelMessage
  } catch (error) {
    throw unreadable(file, 'it is no sound SavedModel', error)
  }
  const tensors = new Map<string, TensorMessage>()
  for (const { name = '', op, attr } of message.metaGraphs?.[0]?.graphDef?.node ?? [])
    if (op === 'Const' && attr?.value?.tensor) tensors.set(name, attr.value.tensor)
  const model = ownModel(metadata, (name) => weightOf(tensors, `weights/${name}`, file), file)
  if (model) return model
  throw unreadable(
    file,
    'hourglass.json is not beside it. SavedModels of other programs are not read: save the model as .keras or export it as ONNX',
  )
}

function weightOf(tensors: ReadonlyMap<string, TensorMessage>, name: string, file: string): Weight | null {
  const tensor = tensors.get(name)
  if (!tensor) return null
  const weight = valuesOf(tensor, name, file)
  const scales = tensors.get(`${name}/scales`)
  if (!scales) return weight
  return scaled(weight, valuesOf(scales, name, file).data)
}

function valuesOf({ dtype, tensorShape, tensorContent }: TensorMessage, name: string, file: string): Weight {
  const shape = (tensorShape?.dim ?? []).map(({ size = 0 }) => size)
  const { buffer } = new Uint8Array(tensorContent ?? [])
  const data = decoded(dtype, buffer)
  if (sizeOf(shape) > limits.weights || data?.length !== sizeOf(shape))
    throw unreadable(file, `${name} is not as long as it says`)
  return { shape, data }
}

function decoded(dtype: number | undefined, buffer: ArrayBuffer): Float32Array | null {
  if (dtype === tensorflowTypes.float32 && buffer.byteLength % 4 === 0) return new Float32Array(buffer)
  if (dtype === tensorflowTypes.float16 && buffer.byteLength % 2 === 0)
    return fromHalf(new Uint16Array(buffer))
  if (dtype === tensorflowTypes.int8) return Float32Array.from(new Int8Array(buffer))
  return null
}
