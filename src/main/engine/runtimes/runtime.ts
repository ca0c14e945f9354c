import type { RuntimeName } from '../../../shared/trainingConfig'
import type { Program } from '../graph/program'
import { BATCH, type DType, formatShape, sizeOf, type TensorData, type TensorType } from '../graph/tensor'
import type { Variable } from '../graph/variable'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'

/** Where a runtime can compute. */
export interface Device {
  /** `cpu`, `cuda:0`, `webgpu`, `dml`… */
  readonly id: string
  readonly name: string
  readonly isGpu: boolean
}

export interface CompileOptions {
  /** For few calls: values are used as they are written, and must stay so, instead of being copied and laid out. */
  readonly isBrief?: boolean
  /** Of the processor that a call may take; if not given, what the library takes by itself. ONNX Runtime alone. */
  readonly threads?: number
}

/** Compiles programs for one tensor library. */
export interface Runtime {
  readonly name: RuntimeName
  /** Of the native library. */
  readonly version: string
  devices(): readonly Device[]
  /** @throws ExpectedError `runtime-missing` when there is no such device */
  compile(program: Program, device?: string, options?: CompileOptions): Promise<CompiledProgram>
  /** Tensors that live in native memory, or on a device, across all programs. For leak tests. */
  liveTensors(): number
}

/** A program with its variables in the runtime's memory. Calls must not overlap. */
export interface CompiledProgram {
  readonly device: Device
  /**
   * Runs a function. Feeds are read before it resolves and belong to the caller again afterwards; the results belong
   * to the caller. @param feeds values for every placeholder the function reads
   */
  run(name: string, feeds: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorData>>
  /** Copies of variables' values, all of them without names. */
  read(names?: readonly string[]): Promise<Record<string, Float32Array>>
  /** Sets variables. Every variable must have been written before a function reads it. */
  write(values: Readonly<Record<string, Float32Array>>): Promise<void>
  dispose(): Promise<void>
}

const arrays = {
  float32: Float32Array,
  int32: Int32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} satisfies Record<DType, unknown>

/** @throws Error when a feed is missing or is not what its placeholder takes */
export function checkFeed(
  fn: string,
  name: string,
  type: TensorType,
  feed: TensorData | undefined,
): TensorData {
  if (!feed) throw new Error(`The function ${fn} needs the input ${name}.`)
  const { shape, data } = feed
  const fits =
    shape.length === type.shape.length &&
    type.shape.every((size, axis) => (size === BATCH ? shape[axis]! >= 0 : size === shape[axis]))
  if (!fits)
    throw new Error(`The input ${name} of ${fn} is ${formatShape(type.shape)}, not ${formatShape(shape)}.`)
  if (!(data instanceof arrays[type.dtype]))
    throw new Error(`The input ${name} of ${fn} takes ${type.dtype}, not ${data.constructor.name}.`)
  if (data.length !== sizeOf(shape))
    throw new Error(
      `The input ${name} of ${fn} has ${data.length} elements, its shape ${formatShape(shape)} says ${sizeOf(shape)}.`,
    )
  return feed
}

/** @throws Error for a name that no variable has, and for values of another size than the variable's */
export function checkValues(program: Program, values: Readonly<Record<string, Float32Array>>): void {
  for (const [name, data] of Object.entries(values)) {
    const size = sizeOf(variableNamed(program, name).shape)
    if (data.length !== size)
      throw new Error(`The variable ${name} takes ${size} values, not ${data.length}.`)
  }
}

/** @throws Error when there is none */
export function variableNamed(program: Program, name: string): Variable {
  const variable = program.variables.find((candidate) => candidate.name === name)
  if (!variable) throw new Error(`The program has no variable ${name}.`)
  return variable
}

export const noValueYet = (variable: Variable) => new Error(`The variable ${variable.name} has no value yet.`)

/** The device of that name, or the runtime's first. @throws ExpectedError `runtime-missing` */
export function deviceOf(runtime: Runtime, id: string | undefined): Device {
  const devices = runtime.devices()
  const device = id === undefined ? devices[0] : devices.find((candidate) => candidate.id === id)
  if (device) return device
  const known = devices.map((candidate) => candidate.id).join(', ')
  throw new ExpectedError(
    'runtime-missing',
    sentence('devices.runtimeWithoutDevice', { runtime: runtime.name, device: String(id), known }),
  )
}
