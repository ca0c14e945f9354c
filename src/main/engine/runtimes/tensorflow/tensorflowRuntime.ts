import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ExpectedError } from '../../../../shared/errors'
import { joined } from '../../../../shared/pieces'
import { checkProgram, type GraphFunction, type Program, variablesOf } from '../../graph/program'
import { placeholder } from '../../graph/ops/placeholder'
import type { DType, TensorData, TensorType } from '../../graph/tensor'
import type { Variable } from '../../graph/variable'
import {
  checkFeed,
  checkValues,
  type CompiledProgram,
  type Device,
  noValueYet,
  type Runtime,
  variableNamed,
} from '../runtime'
import { loadTensorflow, type TensorflowBinding } from './binding'
import type { Endpoints } from './graphDefBuilder'
import { authorSavedModel } from './savedModel'
import { sentence } from '../../../../shared/texts/sentence'

/** Where TensorFlow computes when it has no GPU. */
export const tensorflowProcessor: Device = { id: 'cpu', name: 'Processor', isGpu: false }

/** @throws ExpectedError `runtime-missing` */
export function createTensorflowRuntime(): Runtime {
  const binding = loadTensorflow()
  const device: Device = binding.isUsingGpuDevice()
    ? { id: 'cuda:0', name: 'NVIDIA GPU (CUDA)', isGpu: true }
    : tensorflowProcessor
  return {
    name: 'tensorflow',
    version: binding.TF_Version,
    devices: () => [device],
    liveTensors: () => binding.getNumOfTensors(),
    compile: async (program, wanted = device.id) => {
      if (wanted !== device.id)
        throw new ExpectedError(
          'runtime-missing',
          sentence('devices.tensorflowOnOther', { device: device.id, wanted }),
        )
      checkProgram(program)
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
  readonly name: string
  readonly inputs: readonly { key: string; type: TensorType; dtype: number }[]
  readonly inputNames: string
  /** Those that are results; what else is fetched makes the function run. */
  readonly outputs: readonly string[]
  readonly outputNames: string
  readonly reads: ReadonlySet<Variable>
  readonly writes: readonly Variable[]
}

async function compile(
  binding: TensorflowBinding,
  device: Device,
  program: Program,
): Promise<CompiledProgram> {
  const functions = [...program.functions, ...accessors(program)]
  const model = authorSavedModel({ ...program, functions })
  const session = await loadSession(binding, joined(model.pieces))
  const calls = new Map(functions.map((fn) => [fn.name, callOf(binding, fn, model.endpoints.get(fn.name)!)]))
  const reading = model.endpoints.get(graphName(readFunction))!.outputs
  const withValue = new Set<Variable>()
  const runCall = (call: Call, feeds: Readonly<Record<string, TensorData>>) => {
    for (const variable of call.reads) if (!withValue.has(variable)) throw noValueYet(variable)
    const results = runSession(binding, session, call, feeds)
    for (const variable of call.writes) withValue.add(variable)
    return results
  }
  const run = (name: string, feeds: Readonly<Record<string, TensorData>>) => {
    const call = calls.get(name)
    if (!call) throw new Error(`The program has no function ${name}.`)
    return runCall(call, feeds)
  }
  return {
    device,
    run: async (name, feeds) => run(name, feeds),
    read: async (names = program.variables.map((variable) => variable.name)) => {
      const reads = new Set(names.map((name) => variableNamed(program, name)))
      const outputNames = names.map((name) => reading.get(name)!.name).join(',')
      const call = { ...calls.get(graphName(readFunction))!, reads, outputs: names, outputNames }
      const values = names.length ? runCall(call, {}) : {}
      return Object.fromEntries(names.map((name) => [name, values[name]!.data as Float32Array]))
    },
    write: async (values) => {
      checkValues(program, values)
      for (const [name, data] of Object.entries(values))
        run(graphName(writeFunction(name)), { value: { shape: variableNamed(program, name).shape, data } })
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

function callOf(binding: TensorflowBinding, fn: GraphFunction, { inputs, outputs }: Endpoints): Call {
  const types: Record<DType, number> = {
    float32: binding.TF_FLOAT,
    int32: binding.TF_INT32,
    uint8: binding.TF_UINT8,
    bool: binding.TF_BOOL,
  }
  return {
    name: fn.name,
    inputs: [...inputs].map(([key, { type }]) => ({ key, type, dtype: types[type.dtype] })),
    inputNames: [...inputs.values()].map((input) => input.name).join(','),
    outputs: Object.keys(fn.outputs),
    outputNames: [...outputs.values()].map((output) => output.name).join(','),
    reads: variablesOf(fn),
    writes: [...(fn.updates?.keys() ?? [])],
  }
}

function runSession(
  binding: TensorflowBinding,
  session: number,
  call: Call,
  feeds: Readonly<Record<string, TensorData>>,
): Record<string, TensorData> {
  const ids: number[] = []
  try {
    for (const { key, type, dtype } of call.inputs) {
      const { shape, data } = checkFeed(call.name, key, type, feeds[key])
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
