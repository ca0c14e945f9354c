import { readFileSync } from 'node:fs'
import { joined } from '../../../../src/shared/pieces'
import { createRequire } from 'node:module'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import protobuf from 'protobufjs'
import { describe, expect, test } from 'vitest'
import { placeholder } from '../../../../src/main/engine/graph/ops/placeholder'
import { momentumStep } from '../../../../src/main/engine/graph/ops/updates/momentum'
import { createVariable } from '../../../../src/main/engine/graph/variable'
import { SavedModelProto, tensorflowTypes } from '../../../../src/main/engine/runtimes/tensorflow/protos'
import { authorSavedModel } from '../../../../src/main/engine/runtimes/tensorflow/savedModel'
import { hasPeersPython, runPython } from '../../../support/peersPython'
import { programOf } from '../../../support/runtimes'
import { temporaryFolder } from '../../../support/testFolder'
import { everyOperation, smallProgram } from './everyOperation'

const proto = createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/src/proto/api.proto')
const theirs = protobuf.parse(readFileSync(proto, 'utf8'), { keepCase: false }).root

/** Names that protos.ts gives to messages which are nested there in another way. */
const types = SavedModelProto.root.nestedArray.filter((type) => type instanceof protobuf.Type)

describe('the protocol buffers of a SavedModel', () => {
  const messages: Record<string, string> = {
    Dim: 'TensorShape.Dim',
    ListValue: 'AttrValue.ListValue',
    MetaInfoDef: 'MetaGraphDef.MetaInfoDef',
    FunctionLibrary: 'FunctionDefLibrary',
  }
  // What TensorFlow.js has no copy of: savedModels.test.ts reads files with it that TensorFlow itself wrote.
  const unknown = ['BundleHeader', 'BundleEntry']
  const unknownFields = ['FunctionDef.node', 'FunctionDef.ret', 'Tensor.halfVal']
  const known = types.filter(({ name }) => !unknown.includes(name))
  test.each(known.map((type) => [type.name, type] as const))('%s is that of TensorFlow', (name, type) => {
    const theirType = theirs.lookupType(`tensorflow.${messages[name] ?? name}`)
    expect(type.fieldsArray.length).toBeGreaterThan(0)
    for (const field of type.fieldsArray) {
      if (unknownFields.includes(`${name}.${field.name}`)) continue
      const their = theirType.fields[field.name]
      expect(their, field.name).toMatchObject({ id: field.id, repeated: field.repeated, map: field.map })
      const enumerated = their!.resolve().resolvedType instanceof protobuf.Enum
      const own = (messages[field.type] ?? field.type).split('.').at(-1)
      expect(own, field.name).toBe(enumerated ? 'int32' : their!.type)
    }
  })

  test('types have its numbers', () => {
    const { values } = theirs.lookupEnum('tensorflow.DataType')
    const { float32, int32, uint8, bool } = tensorflowTypes
    const expected = [values.DT_FLOAT, values.DT_INT32, values.DT_UINT8, values.DT_BOOL]
    expect([float32, int32, uint8, bool]).toEqual(expected)
  })
})

test('a function that changes a variable in place must have it among its updates', () => {
  const [w, v] = [createVariable('w', [2]), createVariable('v', [2])]
  const settings = { momentum: 0.9, variables: [w, v] as const }
  const [next] = momentumStep(w.value, v.value, w.value, placeholder('rate', []), settings)
  const fn = { name: 'f', outputs: {}, updates: new Map([[w, next!]]) }
  expect(() => authorSavedModel(programOf([w, v], fn))).toThrow(
    'The function f changes v but does not have it among its updates.',
  )
})

/** Prints the signatures as TensorFlow sees them, and what one gives for zeros after another has set the variables. */
const load = `
import json, sys, tensorflow as tf
loaded = tf.saved_model.load(sys.argv[1])
names = {key: sorted(fn.structured_outputs) for key, fn in loaded.signatures.items()}
with tf.compat.v1.Session(graph=tf.Graph()) as session:
    meta = tf.compat.v1.saved_model.load(session, ['serve'], sys.argv[1])
    for name, shape in json.loads(sys.argv[2]).items():
        handle = session.graph.get_tensor_by_name(f'variables/{name}:0')
        session.run(tf.raw_ops.AssignVariableOp(resource=handle, value=tf.fill(shape, 0.5)))
    run = lambda key, feeds: session.run(
        {k: info.name for k, info in meta.signature_def[key].outputs.items()},
        {meta.signature_def[key].inputs[k].name: value for k, value in feeds.items()})
    pixels = [[0, 51, 102, 153, 204, 255]]
    before = run('reconstruct', {'pixels': pixels})
    losses = [float(run('train', {'pixels': pixels, 'rate': 0.1})['loss']) for _ in range(20)]
print(json.dumps({'signatures': names, 'code': before['code'].tolist(), 'losses': losses}))
`

describe.skipIf(!hasPeersPython('numpy', 'tensorflow'))('authored SavedModels', () => {
  test('load in TensorFlow, which finds the signatures and runs them', async () => {
    const folder = await temporaryFolder()
    const { variables, functions } = smallProgram()
    const all = [...functions, ...everyOperation()]
    await writeFile(
      join(folder, 'saved_model.pb'),
      joined(authorSavedModel({ variables, functions: all }).pieces),
    )
    const shapes = JSON.stringify(Object.fromEntries(variables.map(({ name, shape }) => [name, shape])))
    const found = JSON.parse(await runPython(load, folder, shapes))
    const expected = all.map(({ name, outputs }) => [name, Object.keys(outputs).sort()])
    expect(found.signatures).toEqual(Object.fromEntries(expected))
    // Σ of the pixels is 3, so each unit gets 0.5·3 + 0.5.
    for (const unit of found.code[0]) expect(unit).toBeCloseTo(1 / (1 + Math.exp(-2)), 5)
    expect(found.losses.at(-1)).toBeLessThan(found.losses[0] / 2)
  })
})
