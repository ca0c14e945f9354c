import { readFile } from 'node:fs/promises'
import { parentPort } from 'node:worker_threads'
import { exrDecoder } from './exr'
import { heicDecoder } from './heic'
import type {
  ForeignDecoder,
  ForeignFormat,
  ForeignReply,
  ForeignRequest,
  ForeignTask,
  ForeignTasks,
} from './messages'
import { rawDecoder } from './raw'
import { inBackground } from '../../../../shared/inBackground'

const decoders: Record<ForeignFormat, ForeignDecoder> = {
  heic: heicDecoder,
  exr: exrDecoder,
  raw: rawDecoder,
}

// One of the libraries makes buffers in a way that Node warns of.
process.noDeprecation = true

/** One request after the other: whoever sends them waits. */
async function answer({ id, format, task, path }: ForeignRequest): Promise<void> {
  try {
    const result = await decoders[format][task](await readFile(path))
    const reply: ForeignReply = { id, result }
    parentPort!.postMessage(reply, buffersOf(result))
  } catch (error) {
    const reply: ForeignReply = { id, error: error instanceof Error ? error.message : String(error) }
    parentPort!.postMessage(reply)
  }
}

function buffersOf(result: ForeignTasks[ForeignTask]): ArrayBuffer[] {
  if ('pixels' in result) return [result.pixels.buffer as ArrayBuffer]
  return 'jpeg' in result ? [result.jpeg.buffer as ArrayBuffer] : []
}

parentPort!.on('message', (request: ForeignRequest) => inBackground(answer(request)))
