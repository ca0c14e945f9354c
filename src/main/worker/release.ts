import { setImmediate } from 'node:timers/promises'
import { MessageChannel } from 'node:worker_threads'

/** Node's own pool, from which small arrays may come, holds other things too. */
const pooled = 1 << 20

/**
 * Gives the memory of large arrays back now, and not when the garbage is collected: they are moved to where nobody
 * listens. They are empty afterwards.
 */
export async function release(arrays: Iterable<Float32Array>): Promise<void> {
  const buffers = new Set<ArrayBuffer>()
  for (const { buffer } of arrays)
    if (buffer instanceof ArrayBuffer && buffer.byteLength > pooled) buffers.add(buffer)
  if (buffers.size === 0) return
  const { port1, port2 } = new MessageChannel()
  port2.close()
  port1.postMessage(null, [...buffers])
  port1.close()
  await setImmediate()
}
