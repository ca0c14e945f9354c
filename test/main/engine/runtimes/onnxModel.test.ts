import { writeFile } from 'node:fs/promises'
import { joined } from '../../../../src/shared/pieces'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { authorOnnxModel } from '../../../../src/main/engine/runtimes/onnx/onnxModel'
import { hasPeersPython, runPython } from '../../../support/peersPython'
import { temporaryFolder } from '../../../support/testFolder'
import { everyOperation, smallProgram } from './everyOperation'

const functions = [...everyOperation(), ...smallProgram().functions]

/** Checks every model of a folder, infers shapes and types strictly, and prints inputs and outputs. */
const checkFolder = `
import json, pathlib, sys, onnx
found = {}
for path in sorted(pathlib.Path(sys.argv[1]).glob('*.onnx')):
    model = onnx.load(path)
    try:
        onnx.checker.check_model(model, full_check=True)
    except Exception as error:
        sys.exit(f'{path.name}: {error}')
    describe = lambda value: [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]
    found[path.stem] = {
        'inputs': {value.name: describe(value) for value in model.graph.input},
        'outputs': {value.name: describe(value) for value in model.graph.output},
    }
print(json.dumps(found))
`

describe.skipIf(!hasPeersPython('numpy', 'onnx'))('authored ONNX models', () => {
  test('pass the checker of the onnx package, with types and shapes inferred', async () => {
    const folder = await temporaryFolder()
    for (const fn of functions)
      await writeFile(join(folder, `${fn.name}.onnx`), joined(authorOnnxModel(fn).pieces))
    const found = JSON.parse(await runPython(checkFolder, folder))
    expect(Object.keys(found).sort()).toEqual(functions.map(({ name }) => name).sort())
    expect(found.reconstruct).toEqual({
      inputs: { pixels: ['batch', 6], 'var/kernel': [6, 3], 'var/bias': [3] },
      outputs: { code: ['batch', 3], output: ['batch', 6] },
    })
    expect(found.train.outputs).toMatchObject({ loss: [], 'new/kernel': [6, 3], 'new/packed': [5] })
  })
})
