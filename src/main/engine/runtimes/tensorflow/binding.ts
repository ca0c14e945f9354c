import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, constants } from 'node:os'
import { dirname, join } from 'node:path'
import { ExpectedError } from '../../../../shared/errors'
import { sentence } from '../../../../shared/texts/sentence'

export interface TensorInfo {
  id: number
  shape: number[]
  dtype: number
}

/**
 * The native addon of @tensorflow/tfjs-node-gpu. It is loaded without the JavaScript around it, which takes a second,
 * registers kernels nobody uses here, and uses functions that Node 23 removed (tfjs issue 8609).
 */
export interface TensorflowBinding {
  readonly TF_FLOAT: number
  readonly TF_INT32: number
  readonly TF_UINT8: number
  readonly TF_BOOL: number
  readonly TF_ATTR_TYPE: number
  readonly TF_ATTR_BOOL: number
  readonly TF_Version: string
  /** Shares the array's memory with the tensor until that is deleted. */
  createTensor(shape: readonly number[], dtype: number, data: Float32Array | Int32Array | Uint8Array): number
  deleteTensor(id: number): void
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array
  loadSavedModel(directory: string, tags: string): number
  deleteSavedModel(id: number): void
  /** Names are joined by commas. */
  runSavedModel(id: number, inputs: readonly number[], inputNames: string, outputNames: string): TensorInfo[]
  /** One operation by itself. Attributes are given with the kind that TensorFlow has for them. */
  executeOp(
    name: string,
    attributes: readonly { name: string; type: number; value: number | boolean }[],
    inputs: readonly number[],
    outputs: number,
  ): TensorInfo[]
  isUsingGpuDevice(): boolean
  getNumOfTensors(): number
}

/**
 * The addon takes no options, so TensorFlow gets them from the environment, which it reads once: in a worker thread they
 * reach it only with SHARE_ENV.
 */
function setEnvironment(): void {
  const cores = availableParallelism()
  const defaults = {
    TF_CPP_MIN_LOG_LEVEL: '2',
    // Not all of a GPU's memory at once.
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    // Half the batch on each half of the cores beats every operation on all of them: see `shards` in trainingProgram.ts.
    TF_NUM_INTRAOP_THREADS: String(Math.max(1, Math.floor(cores / 2))),
    TF_NUM_INTEROP_THREADS: String(cores),
    TF_ENABLE_ONEDNN_OPTS: '1',
    // With it, convolutions of tiles of changing size end the process every other time: docs/decisions.md.
    ONEDNN_PRIMITIVE_CACHE_CAPACITY: '0',
  }
  for (const [name, value] of Object.entries(defaults)) process.env[name] ??= value
}

/** Node's own choice; Windows has no such flags, and ignores them. */
const RTLD_LAZY = constants.dlopen?.RTLD_LAZY ?? 1
/** RTLD_NODELETE, which Node does not name. */
const neverUnload: Partial<Record<NodeJS.Platform, number>> = { linux: 0x1000, darwin: 0x80 }

/**
 * Loads an addon that stays when the worker thread that asked for it ends. TensorFlow leaves handlers to be called at the
 * end of the process, which would crash if its code were gone by then.
 */
function loadForGood(addon: string): unknown {
  const module: { exports: unknown } = { exports: {} }
  process.dlopen(module, addon, RTLD_LAZY | (neverUnload[process.platform] ?? 0))
  return module.exports
}

/** Where the app has set up a library; it may not be there. */
let ownFolder: string | undefined
let loaded: TensorflowBinding | undefined

/** Names the folder of the library that the app sets up, which is taken where it exists. */
export function offerTensorflow(folder: string): void {
  ownFolder = folder
}

/** The addon in a folder that holds `deps/lib`, the libraries, and `lib/napi-v8`, the addon beside them; null where it is not there. */
function addonIn(folder: string): string | null {
  const library = join(folder, 'lib')
  const isWhole = existsSync(library) && existsSync(join(folder, 'deps'))
  const addon = isWhole && readdirSync(library).find((name) => name.startsWith('napi-v'))
  return addon ? join(library, addon, 'tfjs_binding.node') : null
}

/** Loads the addon of a folder. @throws Error where it is not there or does not load */
export function loadTensorflowIn(folder: string): TensorflowBinding {
  const addon = addonIn(folder)
  if (addon === null) throw new Error(sentence('devices.libraryNotInstalled'))
  setEnvironment()
  return loadForGood(addon) as TensorflowBinding
}

function folderOfTensorflow(): string {
  if (ownFolder !== undefined && existsSync(ownFolder)) return ownFolder
  return dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json'))
}

/** Whether the library and its addon are there; whether they load is known when they are loaded, which takes a second. */
export function isTensorflowInstalled(): boolean {
  try {
    const addon = addonIn(folderOfTensorflow())
    return addon !== null && existsSync(addon)
  } catch {
    return false
  }
}

/** @throws ExpectedError `runtime-missing` where the native library is not installed or does not load */
export function loadTensorflow(): TensorflowBinding {
  if (loaded) return loaded
  try {
    return (loaded = loadTensorflowIn(folderOfTensorflow()))
  } catch (error) {
    const reason = (error as Error).message.replace(/\.$/, '')
    throw new ExpectedError('runtime-missing', sentence('devices.tensorflowMissing', { reason }), {
      cause: error,
    })
  }
}
