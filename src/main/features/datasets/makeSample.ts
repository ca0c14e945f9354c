import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CancelledError } from '../../../shared/errors'
import type { SampleKind } from '../../../shared/sampleKinds'
import { explainFileError } from '../../store/fileErrors'
import { makeFolder } from '../../store/makeFolder'
import { decodesAtOnce } from '../pictures/decodeImage'
import { mapOrdered } from '../../base/mapOrdered'
import { claimSampleFolder, removeSample, sampleFileName } from './sampleFolder'
import { openPainter, type SamplePainter } from './samplePainter'
import { throttle } from '../../base/throttle'

export interface SampleRequest {
  /** A new or empty folder, or an earlier sample, which is replaced. */
  out: string
  /** Digits and letters if not given. */
  kind?: SampleKind
  count: number
  seed: number
  signal?: AbortSignal
  /** At most every 100 ms, and at the end. */
  onProgress?: (progress: { done: number; total: number }) => void
}

/**
 * Makes the images of a sample, in one folder a label. The same seed gives the same images.
 * @throws ExpectedError when `out` holds anything else or cannot be written
 * @throws CancelledError after an abort; what was drawn is removed
 */
export async function makeSample(request: SampleRequest): Promise<void> {
  const { out, kind = 'letters', count, seed, signal, onProgress } = request
  const painter = await openPainter(kind)
  const labels = [...new Set(Array.from({ length: count }, (_, i) => painter.labelOf(i)))]
  await claimSampleFolder(out, { kind, count, seed, labels })
  const drawing = new Set<Promise<number>>()
  try {
    for (const label of labels) await makeFolder(join(out, label))
    const report = throttle(onProgress)
    let done = 0
    const work = (numbers: number[]) => {
      const some = drawSome(out, painter, numbers, seed, signal)
      drawing.add(some)
      return some.finally(() => drawing.delete(some))
    }
    for await (const drawn of mapOrdered(
      groups(count, painter.together),
      work,
      { width: decodesAtOnce },
      signal,
    )) {
      done += drawn
      report({ done, total: count })
    }
    report.last({ done, total: count })
  } catch (error) {
    // What is still under way would write into folders that are being removed.
    await Promise.allSettled(drawing)
    await removeSample(out)
    if (!signal?.aborted) throw explainFileError(error, out)
    throw new CancelledError(
      `Drawing was stopped and what was drawn is removed. Run the same command again to draw.`,
    )
  }
}

function* groups(count: number, size: number): Generator<number[], void, undefined> {
  for (let first = 0; first < count; first += size)
    yield Array.from({ length: Math.min(size, count - first) }, (_, k) => first + k)
}

async function drawSome(
  out: string,
  painter: SamplePainter,
  numbers: number[],
  seed: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  signal?.throwIfAborted()
  const files = await painter.paint(numbers, seed)
  for (const [k, i] of numbers.entries()) {
    signal?.throwIfAborted()
    await writeFile(join(out, painter.labelOf(i), sampleFileName(i, painter.extension)), files[k]!)
  }
  return numbers.length
}
