import { workerData } from 'node:worker_threads'
import type { CompiledProgram, Runtime } from '../engine/runtimes/runtime'

/** What a worker is given, by the client that starts it. */
export interface WorkerData {
  /** One int32: calls of a runtime that are under way. A thread that is terminated within one takes the process with it. */
  readonly nativeCalls: SharedArrayBuffer
}

const { nativeCalls = new SharedArrayBuffer(4) } = (workerData ?? {}) as Partial<WorkerData>
const underWay = new Int32Array(nativeCalls)

async function counted<T>(call: () => Promise<T>): Promise<T> {
  Atomics.add(underWay, 0, 1)
  try {
    return await call()
  } finally {
    Atomics.sub(underWay, 0, 1)
  }
}

/** The same runtime, whose calls are told to the client while they last. */
export function withCountedCalls(runtime: Runtime): Runtime {
  return {
    ...runtime,
    compile: (program, device, options) =>
      counted(async () => withCountedRuns(await runtime.compile(program, device, options))),
  }
}

const withCountedRuns = (program: CompiledProgram): CompiledProgram => ({
  device: program.device,
  run: (name, feeds) => counted(() => program.run(name, feeds)),
  read: (names) => counted(() => program.read(names)),
  write: (values) => counted(() => program.write(values)),
  dispose: () => counted(() => program.dispose()),
})
