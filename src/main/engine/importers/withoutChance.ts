import { type ExternalData, outside, type TensorMessage } from './onnxGraph'
import { attributeTypes, ModelProto } from '../runtimes/onnx/protos'

interface Attribute {
  name?: string
  f?: number
  type?: number
}
interface ModelWithNodes {
  graph?: {
    node?: { opType?: string; attribute?: Attribute[] }[]
    initializer?: { rawData?: Uint8Array; externalData?: unknown[]; dataLocation?: number }[]
  }
}

/** ONNX Runtime ends the whole program where a spread is none. */
const hardlyAny = 1e-30

/**
 * The same ONNX file where numbers that it draws are their mean, so that it gives the same whenever it runs, and weights
 * that lie beside it are in it.
 */
export function withoutChance(bytes: Uint8Array, external: ExternalData): Uint8Array {
  const model = ModelProto.decode(bytes)
  for (const tensor of (model as ModelWithNodes).graph?.initializer ?? []) {
    if (!tensor.externalData?.length) continue
    tensor.rawData = outside(tensor as TensorMessage, 'the file', external)
    tensor.externalData = []
    tensor.dataLocation = 0
  }
  for (const node of (model as ModelWithNodes).graph?.node ?? []) {
    const { opType = '' } = node
    const attribute = (node.attribute ??= [])
    const set = (name: string, f: number) => {
      const found = attribute.find((one) => one.name === name)
      if (found) found.f = f
      else attribute.push({ name, f, type: attributeTypes.float })
    }
    const of = (name: string, otherwise: number) => attribute.find((one) => one.name === name)?.f ?? otherwise
    if (opType.startsWith('RandomNormal')) set('scale', hardlyAny)
    if (!opType.startsWith('RandomUniform')) continue
    const mean = (of('low', 0) + of('high', 1)) / 2
    set('low', mean)
    set('high', mean)
  }
  return ModelProto.encode(model).finish()
}
