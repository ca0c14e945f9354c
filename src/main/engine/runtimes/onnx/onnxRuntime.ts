import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { ExpectedError } from '../../../../shared/errors'
import { joined } from '../../../../shared/pieces'
import { checkProgram, type GraphFunction, type Program } from '../../graph/program'
import { sizeOf, type TensorData } from '../../graph/tensor'
import type { Variable } from '../../graph/variable'
import {
  checkFeed,
  checkValues,
  type CompiledProgram,
  type CompileOptions,
  type Device,
  noValueYet,
  type Runtime,
  variableNamed,
} from '../runtime'
import { channelBlock } from './channelBlock'
import { ort } from './library'
import { authorOnnxModel, type AuthoredOnnxModel, variableInput, variableOutput } from './onnxModel'
import { sentence } from '../../../../shared/texts/sentence'

const deviceNames: Record<string, string> = {
  cpu: 'Processor',
  webgpu: 'Graphics card (WebGPU)',
  dml: 'Graphics card (DirectML)',
  cuda: 'NVIDIA GPU (CUDA)',
  coreml: 'Apple Neural Engine (Core ML)',
}

/** Whether the library of a back end that npm does not bring, such as CUDA's, has been put beside the others. */
function hasProvider(name: string): boolean {
  const main = createRequire(import.meta.url).resolve('onnxruntime-node')
  const folder = join(dirname(main), '../bin/napi-v6', process.platform, process.arch)
  return existsSync(folder) && readdirSync(folder).some((file) => file.includes(`providers_${name}`))
}

let live = 0

export function createOnnxRuntime(): Runtime {
  const devices = ort
    .listSupportedBackends()
    .filter(({ name, bundled }) => bundled || hasProvider(name))
    .map(({ name }): Device => ({
      id: name,
      name: deviceNames[name] ?? name,
      isGpu: name !== 'cpu' && name !== 'coreml',
    }))
  return {
    name: 'onnx',
    version: ort.env.versions.node ?? ort.env.versions.common,
    devices: () => devices,
    liveTensors: () => live,
    compile: async (program, wanted = 'cpu', { isBrief = false, threads } = {}) => {
      const device = devices.find(({ id }) => id === wanted)
      if (!device)
        throw new ExpectedError(
          'runtime-missing',
          sentence('devices.onnxWithoutDevice', {
            device: wanted,
            known: devices.map(({ id }) => id).join(', '),
          }),
        )
      checkProgram(program)
      return new OnnxProgram(program, device, { isBrief, threads })
    },
  }
}

interface CompiledFunction {
  readonly session: ort.InferenceSession
  readonly model: AuthoredOnnxModel
}

/**
 * Variables are inputs and outputs of each call. On the processor onnxruntime-node 1.30 hands every output over as a new
 * copy, also when it was given an array to fill; giving it one still spares it an allocation. On a GPU variables are
 * buffers of the device that go from one call's outputs to the next one's inputs without leaving it.
 */
class OnnxProgram implements CompiledProgram {
  private readonly compiled = new Map<string, Promise<CompiledFunction>>()
  private readonly values = new Map<Variable, ort.Tensor>()
  /** Arrays for new values of variables on the processor, before they are copied. */
  private readonly scratch = new Map<Variable, ort.Tensor>()
  /**
   * Where no function changes a variable its values are part of the model, which ONNX Runtime then lays out for the
   * processor: convolutions take half the time.
   */
  private readonly isFrozen: boolean

  constructor(
    private readonly program: Program,
    readonly device: Device,
    private readonly options: CompileOptions,
  ) {
    this.isFrozen =
      !options.isBrief && device.id === 'cpu' && program.functions.every(({ updates }) => !updates?.size)
  }

  async run(name: string, feeds: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorData>> {
    const { session, model } = await this.function(name)
    const inputs: Record<string, ort.Tensor> = {}
    for (const [key, type] of model.inputs) {
      const { shape, data } = checkFeed(name, key, type, feeds[key])
      inputs[key] = new ort.Tensor(type.dtype as 'float32', data as Float32Array, shape)
    }
    for (const variable of model.reads) inputs[variableInput(variable)] = this.value(variable)
    const results = await session.run(inputs, this.fetches(model))
    for (const variable of model.writes) this.set(variable, results[variableOutput(variable)]!)
    return Object.fromEntries(model.outputs.map((key) => [key, tensorData(results[key]!)]))
  }

  async read(
    names = this.program.variables.map((variable) => variable.name),
  ): Promise<Record<string, Float32Array>> {
    const values: Record<string, Float32Array> = {}
    for (const name of names) values[name] = await this.readOne(variableNamed(this.program, name))
    return values
  }

  /** In Node a tensor on a device cannot give its numbers: they are fetched by a function that passes them on. */
  private async readOne(variable: Variable): Promise<Float32Array> {
    const value = this.value(variable)
    if (value.location === 'cpu') return (value.data as Float32Array).slice()
    const name = `read/${variable.name}`
    if (!this.compiled.has(name))
      this.compiled.set(name, this.compile({ name, outputs: { value: variable.value } }))
    return (await this.run(name, {})).value!.data as Float32Array
  }

  async write(values: Readonly<Record<string, Float32Array>>): Promise<void> {
    checkValues(this.program, values)
    if (this.isFrozen) await this.release()
    for (const [name, data] of Object.entries(values)) {
      const variable = variableNamed(this.program, name)
      this.set(
        variable,
        new ort.Tensor('float32', this.options.isBrief ? data : data.slice(), variable.shape),
      )
    }
  }

  async dispose(): Promise<void> {
    for (const tensor of [...this.values.values(), ...this.scratch.values()]) this.free(tensor)
    this.values.clear()
    this.scratch.clear()
    await this.release()
  }

  private async release(): Promise<void> {
    const sessions = [...this.compiled.values()]
    this.compiled.clear()
    for (const compiled of sessions) await (await compiled).session.release()
  }

  private get onProcessor(): boolean {
    return this.device.id === 'cpu'
  }

  private function(name: string): Promise<CompiledFunction> {
    let compiled = this.compiled.get(name)
    if (!compiled) {
      const fn = this.program.functions.find((candidate) => candidate.name === name)
      if (!fn) throw new Error(`The program has no function ${name}.`)
      compiled = this.compile(fn)
      this.compiled.set(name, compiled)
      compiled.catch(() => this.compiled.delete(name))
    }
    return compiled
  }

  private async compile(fn: GraphFunction): Promise<CompiledFunction> {
    const constant = (variable: Variable) => this.value(variable).data as Float32Array
    const model = authorOnnxModel(fn, {
      constants: this.isFrozen ? constant : undefined,
      channelBlock: this.onProcessor && !this.isFrozen ? await channelBlock() : null,
    })
    const onDevice = [...model.writes].map((variable) => [variableOutput(variable), 'gpu-buffer'] as const)
    const options: ort.InferenceSession.SessionOptions = {
      executionProviders: this.onProcessor ? ['cpu'] : [this.device.id, 'cpu'],
      graphOptimizationLevel: 'all',
      // Bytes become floats by DequantizeLinear, which a pass for quantized models would copy for every reader.
      // Moments of weights that get no gradient fade into denormals, which are slow. And the threads of one function must
      // not go on spinning while another one runs: that made training half as slow again.
      extra: { session: { set_denormal_as_zero: '1', force_spinning_stop: '1', disable_quant_qdq: '1' } },
      logSeverityLevel: 3,
      ...(this.options.threads ? { intraOpNumThreads: this.options.threads } : {}),
      ...(this.onProcessor ? {} : { preferredOutputLocation: Object.fromEntries(onDevice) }),
    }
    try {
      return { session: await ort.InferenceSession.create(joined(model.pieces), options), model }
    } catch (error) {
      if (this.onProcessor) throw error
      const reason = (error as Error).message
      throw new ExpectedError(
        'runtime-missing',
        sentence('devices.onnxCannotCompute', { device: this.device.id, reason }),
        { cause: error },
      )
    }
  }

  private value(variable: Variable): ort.Tensor {
    const value = this.values.get(variable)
    if (!value) throw noValueYet(variable)
    return value
  }

  private fetches(model: AuthoredOnnxModel): Record<string, ort.Tensor | null> {
    const fetches: Record<string, ort.Tensor | null> = Object.fromEntries(
      model.outputs.map((key) => [key, null]),
    )
    for (const variable of model.writes)
      fetches[variableOutput(variable)] = this.onProcessor ? this.scratchFor(variable) : null
    return fetches
  }

  private scratchFor(variable: Variable): ort.Tensor {
    let scratch = this.scratch.get(variable)
    if (!scratch) {
      live++
      scratch = new ort.Tensor('float32', new Float32Array(sizeOf(variable.shape)), variable.shape)
      this.scratch.set(variable, scratch)
    }
    return scratch
  }

  private set(variable: Variable, value: ort.Tensor): void {
    const old = this.values.get(variable)
    live++
    if (old) this.free(old)
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
