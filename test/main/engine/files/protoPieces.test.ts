import { expect, it } from 'vitest'
import { encodeInPieces } from '../../../../src/main/engine/files/protoPieces'
import { ModelProto } from '../../../../src/main/engine/runtimes/onnx/protos'
import { SavedModelProto } from '../../../../src/main/engine/runtimes/tensorflow/protos'
import { joined } from '../../../../src/shared/pieces'

/** Bytes of tensors: one that is copied, and one that stays where it is. */
const sizes = [300, 70_000]
const contents = sizes.map((size) => new Uint8Array(size).map((_, i) => i % 251))

const onnx = {
  irVersion: 8,
  producerName: 'Hourglass',
  opsetImport: [{ domain: '', version: 17 }],
  graph: {
    name: 'graph',
    node: ['a', 'b'].map((name) => ({
      name,
      opType: 'Conv',
      attribute: [{ name: 'pads', ints: [1, 1], type: 7 }],
    })),
    initializer: contents.map((rawData, i) => ({
      name: `w${i}`,
      dims: [rawData.length],
      dataType: 1,
      rawData,
    })),
  },
}
const savedModel = {
  savedModelSchemaVersion: 1,
  metaGraphs: [
    {
      metaInfoDef: { tags: ['serve'] },
      graphDef: {
        node: contents.map((tensorContent, i) => ({
          name: `w${i}`,
          op: 'Const',
          attr: { dtype: { type: 1 }, value: { tensor: { dtype: 1, tensorContent } } },
        })),
        versions: { producer: 1087 },
      },
    },
  ],
}

it.each([
  ['ONNX', ModelProto, onnx],
  ['SavedModel', SavedModelProto, savedModel],
] as const)('is read as the message that it is, with large bytes where they lie: %s', (_, type, message) => {
  const pieces = encodeInPieces(type, message)
  expect(pieces).toContain(contents[1])
  expect(pieces).not.toContain(contents[0])
  const plain = (bytes: Uint8Array) => type.toObject(type.decode(bytes), { longs: Number, bytes: Array })
  expect(plain(joined(pieces))).toEqual(plain(type.encode(message).finish()))
})
