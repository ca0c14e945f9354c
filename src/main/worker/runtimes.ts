import { existsSync } from 'node:fs'
import { ExpectedError } from '../../shared/errors'
import { type RuntimeName, runtimeNames } from '../../shared/trainingConfig'
import { createOnnxRuntime } from '../engine/runtimes/onnx/onnxRuntime'
import type { Runtime } from '../engine/runtimes/runtime'
import { isTensorflowInstalled } from '../engine/runtimes/tensorflow/binding'
import { createTensorflowRuntime, tensorflowProcessor } from '../engine/runtimes/tensorflow/tensorflowRuntime'
import { withCountedCalls } from './nativeCalls'
import type { ComputeTarget, RuntimeDescription } from './protocol'

interface Devices {
  params: { readonly brief?: boolean }
  result: RuntimeDescription[]
  event: never
}

const factories: Record<RuntimeName, () => Runtime> = {
  tensorflow: createTensorflowRuntime,
  onnx: createOnnxRuntime,
}
const loaded = new Map<RuntimeName, Runtime>()

/** @throws ExpectedError `runtime-missing` */
function runtimeNamed(name: RuntimeName): Runtime {
  let runtime = loaded.get(name)
  if (!runtime) loaded.set(name, (runtime = withCountedCalls(factories[name]())))
  return runtime
}

export interface ChosenRuntime {
  readonly runtime: Runtime
  readonly device: string
}

/**
 * TensorFlow where it has a GPU, else ONNX Runtime on the processor; a device alone picks the runtime that has it.
 * TensorFlow, which takes a second to load, is not asked where there is no NVIDIA driver that could give it a GPU.
 */
export function chooseRuntime({ runtime: name, device }: ComputeTarget): ChosenRuntime {
  if (name) {
    const runtime = runtimeNamed(name)
    return { runtime, device: device ?? defaultDevice(runtime) }
  }
  const tensorflow = hasNvidiaDriver() ? tryRuntime('tensorflow') : null
  const gpu = tensorflow?.devices().find(({ isGpu }) => isGpu)
  if (tensorflow && gpu && (device ?? gpu.id) === gpu.id) return { runtime: tensorflow, device: gpu.id }
  const onnx = runtimeNamed('onnx')
  return { runtime: onnx, device: device ?? defaultDevice(onnx) }
}

/** Where a model can be trained without being asked for: each installed runtime, on its first device. */
export function candidates({ device }: ComputeTarget): Required<ComputeTarget>[] {
  if (device !== undefined) return [targetOf(chooseRuntime({ device }))]
  const tensorflow = tryRuntime('tensorflow')
  const runtimes = [...(tensorflow ? [tensorflow] : []), runtimeNamed('onnx')]
  return runtimes.map((runtime) => targetOf({ runtime, device: defaultDevice(runtime) }))
}

const targetOf = ({ runtime, device }: ChosenRuntime) => ({ runtime: runtime.name, device })

/** The kernel module on Linux; elsewhere the driver's library. */
function hasNvidiaDriver(): boolean {
  const { SystemRoot = 'C:\\Windows' } = process.env
  const places = ['/proc/driver/nvidia/version', '/dev/nvidiactl', `${SystemRoot}\\System32\\nvcuda.dll`]
  return places.some((place) => existsSync(place))
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

/**
 * What can compute here. A brief answer does not load TensorFlow where there is no NVIDIA driver: it computes on the
 * processor then, and few people choose it for that.
 */
export async function describeRuntimes({ brief = false }: Devices['params']): Promise<RuntimeDescription[]> {
  return runtimeNames.map((name) => {
    const isKnown = brief && name === 'tensorflow' && !loaded.has(name) && !hasNvidiaDriver()
    if (isKnown && isTensorflowInstalled())
      return { runtime: name, version: null, devices: [tensorflowProcessor], reason: null }
    try {
      const runtime = runtimeNamed(name)
      return { runtime: name, version: runtime.version, devices: runtime.devices(), reason: null }
    } catch (error) {
      return { runtime: name, version: null, devices: [], reason: (error as Error).message }
    }
  })
}
