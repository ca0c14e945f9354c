import { ExpectedError } from '../../shared/errors'
import { type RuntimeName, runtimeNames } from '../../shared/trainingConfig'
import { createOnnxRuntime } from '../engine/runtimes/onnx/onnxRuntime'
import type { Runtime } from '../engine/runtimes/runtime'
import { createTensorflowRuntime } from '../engine/runtimes/tensorflow/tensorflowRuntime'
import type { ComputeTarget, RuntimeDescription } from './protocol'

const factories: Record<RuntimeName, () => Runtime> = {
  tensorflow: createTensorflowRuntime,
  onnx: createOnnxRuntime,
}
const loaded = new Map<RuntimeName, Runtime>()

/** @throws ExpectedError `runtime-missing` */
function runtimeNamed(name: RuntimeName): Runtime {
  let runtime = loaded.get(name)
  if (!runtime) loaded.set(name, (runtime = factories[name]()))
  return runtime
}

export interface ChosenRuntime {
  readonly runtime: Runtime
  readonly device: string
}

/** TensorFlow where it has a GPU, else ONNX Runtime on the processor. A device alone picks a runtime that has it. */
export function chooseRuntime({ runtime: name, device }: ComputeTarget): ChosenRuntime {
  if (name) {
    const runtime = runtimeNamed(name)
    return { runtime, device: device ?? defaultDevice(runtime) }
  }
  const available = runtimeNames.flatMap((candidate) => tryRuntime(candidate) ?? [])
  const fits = available.filter((runtime) => !device || runtime.devices().some(({ id }) => id === device))
  const chosen =
    fits.find((runtime) => runtime.devices()[0]?.isGpu && (!device || runtime.devices()[0]!.id === device)) ??
    fits.find((runtime) => runtime.name === 'onnx') ??
    fits[0]
  if (chosen) return { runtime: chosen, device: device ?? defaultDevice(chosen) }
  const known = available.flatMap((runtime) => runtime.devices().map(({ id }) => id))
  throw new ExpectedError(
    'runtime-missing',
    `There is no device ${device} here. Choose one of: ${[...new Set(known)].join(', ')}.`,
  )
}

/** ONNX Runtime lists every back end it was built with, so a GPU is used there only when asked for. */
function defaultDevice(runtime: Runtime): string {
  return runtime.name === 'onnx' ? 'cpu' : runtime.devices()[0]!.id
}

function tryRuntime(name: RuntimeName): Runtime | null {
  try {
    return runtimeNamed(name)
  } catch (error) {
    if (error instanceof ExpectedError && error.code === 'runtime-missing') return null
    throw error
  }
}

export async function describeRuntimes(): Promise<RuntimeDescription[]> {
  return runtimeNames.map((name) => {
    try {
      const runtime = runtimeNamed(name)
      return { runtime: name, version: runtime.version, devices: runtime.devices(), reason: null }
    } catch (error) {
      return { runtime: name, version: null, devices: [], reason: (error as Error).message }
    }
  })
}
