import {
  BundleEntryProto,
  BundleHeaderProto,
  SavedModelProto,
} from '../../src/main/engine/runtimes/tensorflow/protos'

const float = 1
const resource = { kernel: [16, 4], bias: [4], back: [16] } as const

/**
 * A SavedModel as TensorFlow 2 writes it: an autoencoder of 16 numbers in a function, tied by a transpose, and another
 * function that restores its variables, which lie in files beside it.
 */
export function foreignSavedModel(): Record<string, Uint8Array> {
  const names = Object.keys(resource)
  const node = (name: string, op: string, input: readonly string[] = [], attr: object = {}) => ({
    ...{ name, op, input, attr },
  })
  const read = (name: string) => node(`read_${name}`, 'ReadVariableOp', [name])
  const infer = {
    signature: {
      name: 'infer',
      inputArg: ['x', ...names].map((name) => ({ name })),
      outputArg: [{ name: 'y' }],
    },
    node: [
      ...names.map(read),
      node('product', 'MatMul', ['x', 'read_kernel:value:0']),
      node('sum', 'BiasAdd', ['product:product:0', 'read_bias:value:0']),
      node('code', 'Relu', ['sum:output:0']),
      node('again', 'MatMul', ['code:activations:0', 'read_kernel:value:0'], { transpose_b: { b: true } }),
      node('total', 'AddV2', ['again:product:0', 'read_back:value:0']),
      node('image', 'Sigmoid', ['total:z:0']),
    ],
    ret: { y: 'image:y:0' },
  }
  const restore = {
    signature: { name: 'restore', inputArg: ['prefix', ...names].map((name) => ({ name })), outputArg: [] },
    node: [
      node('names', 'Const', [], {
        value: { tensor: { dtype: 7, stringVal: names.map((name) => Buffer.from(`layer/${name}`)) } },
      }),
      node('RestoreV2', 'RestoreV2', ['prefix', 'names:output:0']),
      ...names.map((name, i) => node(`assign_${name}`, 'AssignVariableOp', [name, `RestoreV2:tensors:${i}`])),
    ],
    ret: {},
  }
  const call = (name: string, first: string) =>
    node(name, 'StatefulPartitionedCall', [first, ...names], { f: { func: { name } } })
  const tensor = (name: string) => ({
    ...{ name, dtype: float, tensorShape: { dim: [{ size: -1 }, { size: 16 }] } },
  })
  const model = SavedModelProto.encode({
    savedModelSchemaVersion: 1,
    metaGraphs: [
      {
        graphDef: {
          node: [
            node('x', 'Placeholder'),
            node('file', 'Placeholder'),
            ...names.map((name) => node(name, 'VarHandleOp')),
            call('infer', 'x'),
            call('restore', 'file'),
          ],
          library: { function: [infer, restore] },
        },
        signatureDef: {
          serving_default: { inputs: { x: tensor('x:0') }, outputs: { y: tensor('infer:0') } },
        },
      },
    ],
  } as never).finish()
  return { 'saved_model.pb': model, ...bundle() }
}

/** Variables as tensor_bundle keeps them: a table of where each is, and their numbers. */
function bundle(): Record<string, Uint8Array> {
  let offset = 0
  const parts: Buffer[] = []
  const entries: [string, Uint8Array][] = [['', BundleHeaderProto.encode({ shards: 1 } as never).finish()]]
  for (const [name, shape] of Object.entries(resource).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const count = shape.reduce<number>((a, b) => a * b, 1)
    const bytes = Buffer.from(Float32Array.from({ length: count }, (_, i) => ((i * 5) % 7) / 7 - 0.4).buffer)
    const entry = {
      dtype: float,
      tensorShape: { dim: shape.map((size) => ({ size })) },
      offset,
      size: bytes.length,
    }
    entries.push([`layer/${name}`, BundleEntryProto.encode(entry as never).finish()])
    parts.push(bytes)
    offset += bytes.length
  }
  const data = blockOf(entries)
  const index = blockOf([['z', Buffer.from([...varint(0), ...varint(data.length)])]])
  const place = [...varint(0), ...varint(0), ...varint(data.length + 5), ...varint(index.length)]
  const footer = Buffer.alloc(48)
  footer.set(place)
  footer.writeBigUInt64LE(0xdb4775248b80fb57n, 40)
  const end = Buffer.alloc(5)
  return {
    'variables/variables.index': Buffer.concat([data, end, index, end, footer]),
    'variables/variables.data-00000-of-00001': Buffer.concat(parts),
  }
}

function blockOf(entries: readonly (readonly [string, Uint8Array])[]): Buffer {
  const parts = entries.flatMap(([key, value]) => [
    Buffer.from([...varint(0), ...varint(key.length), ...varint(value.length)]),
    Buffer.from(key),
    value,
  ])
  const restarts = Buffer.alloc(8)
  restarts.writeUInt32LE(1, 4)
  return Buffer.concat([...parts, restarts])
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))]
}
