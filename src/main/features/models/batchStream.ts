import { EventEmitter, on } from 'node:events'
import type { ComputeClient, ComputeTasks } from '../../worker/computeClient'

/** Tasks that send what they compute as batches, in order. */
type Streaming = 'encode' | 'reconstruct' | 'scoreAnomalies' | 'decompress'

/**
 * The batches of a task at the pace of whoever reads them: the worker waits, so that memory stays bounded. Leaving the
 * loop early ends the task. @throws what the task fails with
 */
export async function* batchStream<T extends Streaming>(
  client: ComputeClient,
  task: T,
  params: ComputeTasks[T]['params'],
  signal?: AbortSignal,
): AsyncGenerator<ComputeTasks[T]['event'], void, undefined> {
  const channel = new EventEmitter()
  const batches = on(channel, 'batch', { close: ['end'] })
  const left = new AbortController()
  const ending = signal ? AbortSignal.any([signal, left.signal]) : left.signal
  const onEvent = (batch: ComputeTasks[T]['event']) =>
    new Promise<void>((taken) => channel.emit('batch', batch, taken))
  const ended = client.call(task, params, { onEvent, signal: ending }).then(
    () => channel.emit('end'),
    (error: unknown) => channel.emit('error', error),
  )
  try {
    for await (const [batch, taken] of batches as AsyncIterable<[ComputeTasks[T]['event'], () => void]>) {
      yield batch
      taken()
    }
  } finally {
    left.abort()
    channel.on('error', () => {
      // Whoever left early does not want to hear of the end that this brings about.
    })
    await ended
  }
}
