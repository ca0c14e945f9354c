import type plainSharp from 'sharp'

/** What sharp's JavaScript asks of its native part, which is the same in WebAssembly. */
interface Binding {
  pipeline(options: unknown, done: (error: unknown, data?: unknown, info?: unknown) => void): unknown
  metadata(options: unknown, done: (error: unknown, metadata?: object) => void): unknown
}

/**
 * sharp in WebAssembly. sharp takes that only where nothing native can be loaded, so the module of it that chooses is put in
 * place beforehand. `from` loads packages as `require` does.
 */
export function loadWasmSharp(from: NodeJS.Require): typeof plainSharp {
  const chooser = from.resolve('sharp').replace(/index\.cjs$/, 'sharp.cjs')
  const exports = withOwnBuffers(from('@img/sharp-wasm32/sharp.node') as Binding)
  from.cache[chooser] = { exports, id: chooser, loaded: true } as unknown as NodeJS.Module
  return from('sharp') as typeof plainSharp
}

/**
 * The bytes that WebAssembly gives back lie in its own shared memory, which can neither be handed to a thread nor kept for
 * long. They are copied into buffers as the native build makes them: each with a memory of its own.
 */
function withOwnBuffers(binding: Binding): Binding {
  return {
    ...binding,
    pipeline: (options, done) =>
      binding.pipeline(options, (error, data, info) => done(error, ownBuffer(data), info)),
    metadata: (options, done) =>
      binding.metadata(options, (error, metadata) => {
        const entries = Object.entries(metadata ?? {}).map(([key, value]) => [key, ownBuffer(value)])
        done(error, metadata && (Object.fromEntries(entries) as object))
      }),
  }
}

function ownBuffer(value: unknown): unknown {
  if (!(value instanceof Uint8Array)) return value
  const own = Buffer.allocUnsafeSlow(value.byteLength)
  own.set(value)
  return own
}
