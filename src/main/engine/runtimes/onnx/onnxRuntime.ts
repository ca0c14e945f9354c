import * as ort from 'onnxruntime-node'
import { ExpectedError } from '../../../../shared/errors'
import type { GraphFunction, Program } from '../../graph/program'
import { sizeOf, type TensorData } from '../../graph/tensor'
import type { Variable } from '../../graph/variable'
import { checkFeed, type CompiledProgram, type Device, type Runtime } from '../runtime'
import { authorOnnxModel, type AuthoredOnnxModel, variableInput, variableOutput } from './onnxModel'

const deviceNames: Record<string, string> = {
  cpu: 'Processor',
  webgpu: 'Graphics card (WebGPU)',
  dml: 'Graphics card (DirectML)',
  cuda: 'NVIDIA GPU (CUDA)',
  coreml: 'Apple Neural Engine (Core ML)',
}

let live = 0

export function createOnnxRuntime(): Runtime {
  const devices = ort.listSupportedBackends().map(({ name }): Device => ({
    id: name,
    name: deviceNames[name] ?? name,
    isGpu: name !== 'cpu' && name !== 'coreml',
  }))
  return {
    name: 'onnx',
    version: ort.env.versions.node ?? ort.env.versions.common,
    devices: () => devices,
    liveTensors: () => live,
    compile: async (program, wanted = 'cpu') => {
      const device = devices.find(({ id }) => id === wanted)
      if (!device)
        throw new ExpectedError(
          'runtime-missing',
          `ONNX Runtime has no device ${wanted} here. Choose one of: ${devices.map(({ id }) => id).join(', ')}.`,
        )
      return new OnnxProgram(program, device)
    },
  }
}

interface CompiledFunction {
  readonly session: ort.InferenceSession
  readonly model: AuthoredOnnxModel
}

/**
 * Variables are inputs and outputs of each call. On the processor each has two arrays that take turns, one read and one
 * written in place, so nothing is allocated or copied; on a GPU they are buffers of the device that go from one call's
 * outputs to the next one's inputs without leaving it.
 */
class OnnxProgram implements CompiledProgram {
  private readonly compiled = new Map<string, Promise<CompiledFunction>>()
  private readonly values = new Map<Variable, ort.Tensor>()
  private readonly spares = new Map<Variable, ort.Tensor>()

  constructor(
    private readonly program: Program,
    readonly device: Device,
  ) {}

  async run(name: string, feeds: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorData>> {
    const { session, model } = await this.function(name)
    const inputs: Record<string, ort.Tensor> = {}
    for (const [key, type] of model.inputs) {
      const { shape, data } = checkFeed(name, key, feeds[key])
      inputs[key] = new ort.Tensor(type.dtype as 'float32', data as Float32Array, shape)
    }
    for (const variable of model.reads) inputs[variableInput(variable)] = this.value(variable)
    const results = await session.run(inputs, this.fetches(model))
    for (const variable of model.writes) this.replace(variable, results[variableOutput(variable)]!)
    return Object.fromEntries(model.outputs.map((key) => [key, tensorData(results[key]!)]))
  }

  async read(
    names = this.program.variables.map((variable) => variable.name),
  ): Promise<Record<string, Float32Array>> {
    const wanted = this.program.variables.filter((variable) => names.includes(variable.name))
    const entries = wanted.map(async (variable) => {
      const data = (await this.value(variable).getData()) as Float32Array
      return [variable.name, data.slice()] as const
    })
    return Object.fromEntries(await Promise.all(entries))
  }

  async write(values: Readonly<Record<string, Float32Array>>): Promise<void> {
    for (const variable of this.program.variables) {
      const data = values[variable.name]
      if (!data) continue
      if (data.length !== sizeOf(variable.shape))
        throw new Error(`${variable.name} takes ${variable.shape}, not ${data.length} values.`)
      this.replace(variable, this.allocate(variable, data.slice()))
    }
  }

  async dispose(): Promise<void> {
    for (const tensor of [...this.values.values(), ...this.spares.values()]) this.free(tensor)
    this.values.clear()
    this.spares.clear()
    for (const compiled of this.compiled.values()) await (await compiled).session.release()
    this.compiled.clear()
  }

  private get onProcessor(): boolean {
    return this.device.id === 'cpu'
  }

  private function(name: string): Promise<CompiledFunction> {
    let compiled = this.compiled.get(name)
    if (!compiled) {
      const fn = this.program.functions.find((candidate) => candidate.name === name)
      if (!fn) throw new Error(`The program has no function ${name}.`)
      this.compiled.set(name, (compiled = this.compile(fn)))
    }
    return compiled
  }

  private async compile(fn: GraphFunction): Promise<CompiledFunction> {
    const model = authorOnnxModel(fn)
    const onDevice = [...model.writes].map((variable) => [variableOutput(variable), 'gpu-buffer'] as const)
    const session = await ort.InferenceSession.create(model.bytes, {
      executionProviders: this.onProcessor ? ['cpu'] : [this.device.id, 'cpu'],
      graphOptimizationLevel: 'all',
      // Moments of weights that get no gradient fade into denormals, which are slow.
      extra: { session: { set_denormal_as_zero: '1' } },
      logSeverityLevel: 3,
      ...(this.onProcessor ? {} : { preferredOutputLocation: Object.fromEntries(onDevice) }),
    })
    return { session, model }
  }

  private value(variable: Variable): ort.Tensor {
    const value = this.values.get(variable)
    if (!value) throw new Error(`The variable ${variable.name} has no value yet.`)
    return value
  }

  private fetches(model: AuthoredOnnxModel): Record<string, ort.Tensor | null> {
    const fetches: Record<string, ort.Tensor | null> = Object.fromEntries(
      model.outputs.map((key) => [key, null]),
    )
    for (const variable of model.writes)
      fetches[variableOutput(variable)] = this.onProcessor ? this.spare(variable) : null
    return fetches
  }

  private spare(variable: Variable): ort.Tensor {
    const spare =
      this.spares.get(variable) ?? this.allocate(variable, new Float32Array(sizeOf(variable.shape)))
    this.spares.set(variable, spare)
    return spare
  }

  private allocate(variable: Variable, data: Float32Array): ort.Tensor {
    live++
    return new ort.Tensor('float32', data, variable.shape)
  }

  private replace(variable: Variable, value: ort.Tensor): void {
    const old = this.values.get(variable)
    if (this.spares.get(variable) === value) {
      this.spares.delete(variable)
      if (old) this.spares.set(variable, old)
    } else {
      if (value.location !== 'cpu') live++
      if (old) this.free(old)
    }
    this.values.set(variable, value)
  }

  private free(tensor: ort.Tensor): void {
    live--
    tensor.dispose()
  }
}

function tensorData(tensor: ort.Tensor): TensorData {
  return { shape: tensor.dims, data: tensor.data as Float32Array }
}
