import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ExpectedError } from '../../../../shared/errors'
import type { GraphFunction, Program } from '../../graph/program'
import { placeholder } from '../../graph/ops/placeholder'
import type { DType, TensorData } from '../../graph/tensor'
import { checkFeed, type CompiledProgram, type Device, type Runtime } from '../runtime'
import { loadTensorflow, type TensorflowBinding } from './binding'
import type { Endpoints } from './graphDefBuilder'
import { authorSavedModel } from './savedModel'

/** @throws ExpectedError `runtime-missing` */
export function createTensorflowRuntime(): Runtime {
  const binding = loadTensorflow()
  const device: Device = binding.isUsingGpuDevice()
    ? { id: 'cuda:0', name: 'NVIDIA GPU (CUDA)', isGpu: true }
    : { id: 'cpu', name: 'Processor', isGpu: false }
  return {
    name: 'tensorflow',
    version: binding.TF_Version,
    devices: () => [device],
    liveTensors: () => binding.getNumOfTensors(),
    compile: (program, wanted = device.id) => {
      if (wanted !== device.id)
        throw new ExpectedError(
          'runtime-missing',
          `TensorFlow computes on ${device.id} here, not on ${wanted}. Choose --device ${device.id}.`,
        )
      return compile(binding, device, program)
    },
  }
}

const readFunction = '$read'
const writeFunction = (variable: string) => `$write/${variable}`

/** Functions that read all variables and write each. */
function accessors(program: Program): GraphFunction[] {
  const outputs = Object.fromEntries(program.variables.map((variable) => [variable.name, variable.value]))
  const writers = program.variables.map((variable) => ({
    name: writeFunction(variable.name),
    outputs: {},
    updates: new Map([[variable, placeholder('value', variable.shape)]]),
  }))
  return [{ name: readFunction, outputs }, ...writers].map((fn) => ({ ...fn, name: graphName(fn.name) }))
}

/** Node names may not begin with or contain `$`. */
const graphName = (name: string) => name.replaceAll('$', 'access.')

interface Call {
  readonly inputs: readonly { key: string; dtype: number }[]
  readonly inputNames: string
  readonly outputs: readonly string[]
  readonly outputNames: string
}

async function compile(
  binding: TensorflowBinding,
  device: Device,
  program: Program,
): Promise<CompiledProgram> {
  const model = authorSavedModel({ ...program, functions: [...program.functions, ...accessors(program)] })
  const session = await loadSession(binding, model.bytes)
  const calls = new Map([...model.endpoints].map(([name, endpoints]) => [name, callOf(binding, endpoints)]))
  const run = (name: string, feeds: Readonly<Record<string, TensorData>>) => {
    const call = calls.get(name)
    if (!call) throw new Error(`The program has no function ${name}.`)
    return runSession(binding, session, name, call, feeds)
  }
  return {
    device,
    run: async (name, feeds) => run(name, feeds),
    read: async (names = program.variables.map((variable) => variable.name)) => {
      const values = run(graphName(readFunction), {})
      return Object.fromEntries(names.map((name) => [name, values[name]!.data as Float32Array]))
    },
    write: async (values) => {
      for (const variable of program.variables) {
        const data = values[variable.name]
        if (data) run(graphName(writeFunction(variable.name)), { value: { shape: variable.shape, data } })
      }
    },
    dispose: async () => binding.deleteSavedModel(session),
  }
}

async function loadSession(binding: TensorflowBinding, bytes: Uint8Array): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'hourglass-model-'))
  try {
    await writeFile(join(directory, 'saved_model.pb'), bytes)
    return binding.loadSavedModel(directory, 'serve')
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function callOf(binding: TensorflowBinding, { inputs, outputs }: Endpoints): Call {
  const types: Record<DType, number> = {
    float32: binding.TF_FLOAT,
    int32: binding.TF_INT32,
    uint8: binding.TF_UINT8,
    bool: binding.TF_BOOL,
  }
  return {
    inputs: [...inputs].map(([key, { type }]) => ({ key, dtype: types[type.dtype] })),
    inputNames: [...inputs.values()].map((input) => input.name).join(','),
    outputs: [...outputs.keys()],
    outputNames: [...outputs.values()].map((output) => output.name).join(','),
  }
}

function runSession(
  binding: TensorflowBinding,
  session: number,
  name: string,
  call: Call,
  feeds: Readonly<Record<string, TensorData>>,
): Record<string, TensorData> {
  const ids: number[] = []
  try {
    for (const { key, dtype } of call.inputs) {
      const { shape, data } = checkFeed(name, key, feeds[key])
      ids.push(binding.createTensor(shape, dtype, data))
    }
    const fetched = binding.runSavedModel(session, ids, call.inputNames, call.outputNames)
    ids.push(...fetched.map(({ id }) => id))
    return Object.fromEntries(
      call.outputs.map((key, i) => [
        key,
        { shape: fetched[i]!.shape, data: binding.tensorDataSync(fetched[i]!.id) },
      ]),
    )
  } finally {
    for (const id of ids) binding.deleteTensor(id)
  }
}
