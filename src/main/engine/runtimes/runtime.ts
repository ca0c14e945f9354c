import type { RuntimeName } from '../../../shared/trainingConfig'
import type { Program } from '../graph/program'
import type { TensorData } from '../graph/tensor'

/** Where a runtime can compute. */
export interface Device {
  /** `cpu`, `cuda:0`, `webgpu`, `dml`… */
  readonly id: string
  readonly name: string
  readonly isGpu: boolean
}

/** Compiles programs for one tensor library. */
export interface Runtime {
  readonly name: RuntimeName
  /** Of the native library. */
  readonly version: string
  devices(): readonly Device[]
  /** @throws ExpectedError `runtime-missing` when there is no such device */
  compile(program: Program, device?: string): Promise<CompiledProgram>
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

/** @throws Error when a feed is missing or has another size than its shape says */
export function checkFeed(fn: string, name: string, feed: TensorData | undefined): TensorData {
  if (!feed) throw new Error(`The function ${fn} needs the input ${name}.`)
  const expected = feed.shape.reduce((product, size) => product * size, 1)
  if (feed.data.length !== expected)
    throw new Error(
      `The input ${name} of ${fn} has ${feed.data.length} elements, its shape ${feed.shape} says ${expected}.`,
    )
  return feed
}
