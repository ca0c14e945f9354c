import { SavedModelProto } from '../../runtimes/tensorflow/protos'
import { unreadable } from '../importedModel'
import { sidesOf, type TensorMessage } from './tensors'

interface Attribute {
  readonly list?: { readonly i?: readonly number[] }
  readonly s?: Uint8Array
  readonly i?: number
  readonly f?: number
  readonly b?: boolean
  readonly type?: number
  readonly shape?: { readonly dim?: readonly { readonly size?: number }[] }
  readonly tensor?: TensorMessage
  readonly func?: { readonly name?: string }
}

/** An operation of a graph or of a function. */
export interface GraphNode {
  readonly name: string
  readonly op: string
  readonly input: readonly string[]
  readonly attr: Readonly<Record<string, Attribute>>
}

export interface GraphFunction {
  readonly inputs: readonly string[]
  readonly nodes: ReadonlyMap<string, GraphNode>
  /** What its outputs are, in their order. */
  readonly outputs: readonly string[]
}

/** What a SavedModel computes: its main graph, the functions that are called in it, and what goes in and out. */
export interface TensorflowGraph {
  readonly nodes: ReadonlyMap<string, GraphNode>
  readonly functions: ReadonlyMap<string, GraphFunction>
  readonly inputs: readonly {
    readonly tensor: string
    readonly shape: readonly number[]
    readonly dtype: number
  }[]
  /** Their names for people, and where they come from. */
  readonly outputs: readonly { readonly name: string; readonly tensor: string }[]
}

interface NodeMessage {
  readonly name?: string
  readonly op?: string
  readonly input?: readonly string[]
  readonly attr?: Readonly<Record<string, Attribute>>
}
interface TensorInfo {
  readonly name?: string
  readonly dtype?: number
  readonly tensorShape?: { readonly dim?: readonly { readonly size?: number }[] }
}
interface Signature {
  readonly inputs?: Readonly<Record<string, TensorInfo>>
  readonly outputs?: Readonly<Record<string, TensorInfo>>
}
interface FunctionMessage {
  readonly signature?: {
    readonly name?: string
    readonly inputArg?: readonly { readonly name?: string }[]
    readonly outputArg?: readonly { readonly name?: string }[]
  }
  readonly node?: readonly NodeMessage[]
  readonly ret?: Readonly<Record<string, string>>
}
export interface SavedModelMessage {
  readonly metaGraphs?: readonly {
    readonly graphDef?: {
      readonly node?: readonly NodeMessage[]
      readonly library?: { readonly function?: readonly FunctionMessage[] }
    }
    readonly signatureDef?: Readonly<Record<string, Signature>>
  }[]
}

/** @throws ExpectedError for what is no SavedModel */
export function decodedSavedModel(bytes: Uint8Array, file: string): SavedModelMessage {
  try {
    return SavedModelProto.toObject(SavedModelProto.decode(bytes), { longs: Number }) as SavedModelMessage
  } catch (error) {
    throw unreadable(file, 'it is no sound SavedModel', error)
  }
}

/** What is called when a model is used, the usual first. */
const usual = ['serving_default', 'serve', 'predict', 'call']

/** @throws ExpectedError where it has no signature that takes and gives anything */
export function graphOf({ metaGraphs }: SavedModelMessage, file: string): TensorflowGraph {
  const [meta] = metaGraphs ?? []
  const signatures = Object.entries(meta?.signatureDef ?? {}).filter(
    ([, { inputs, outputs }]) =>
      Object.keys(inputs ?? {}).length > 0 && Object.keys(outputs ?? {}).length > 0,
  )
  const byName = new Map(signatures)
  const signature =
    usual.map((name) => byName.get(name)).find((one) => one !== undefined) ??
    signatures.find(([name]) => !name.startsWith('__'))?.[1]
  if (!signature)
    throw unreadable(
      file,
      'it says of no function that it can be called from outside. Save it with model.export(folder), or with tf.saved_model.save(model, folder) once it has been called',
    )
  const { node, library } = meta?.graphDef ?? {}
  return {
    nodes: byNames(node),
    functions: new Map((library?.function ?? []).map((one) => [one.signature?.name ?? '', functionOf(one)])),
    inputs: Object.values(signature.inputs ?? {}).map(({ name = '', dtype = 0, tensorShape }) => ({
      tensor: name,
      shape: sidesOf(tensorShape),
      dtype,
    })),
    outputs: Object.entries(signature.outputs ?? {})
      .map(([name, { name: tensor = '' }]) => ({ name, tensor }))
      .toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true })),
  }
}

const functionOf = ({ signature, node, ret }: FunctionMessage): GraphFunction => ({
  inputs: (signature?.inputArg ?? []).map(({ name = '' }) => name),
  nodes: byNames(node),
  outputs: (signature?.outputArg ?? []).map(({ name = '' }) => ret?.[name] ?? ''),
})

const byNames = (nodes: readonly NodeMessage[] = []): ReadonlyMap<string, GraphNode> =>
  new Map(nodes.map(({ name = '', op = '', input = [], attr = {} }) => [name, { name, op, input, attr }]))

/** Whole numbers of an attribute; none where it says none. */
export const listOf = (attribute: Attribute | undefined): readonly number[] => attribute?.list?.i ?? []
export const textOf = (attribute: Attribute | undefined): string => Buffer.from(attribute?.s ?? []).toString()
