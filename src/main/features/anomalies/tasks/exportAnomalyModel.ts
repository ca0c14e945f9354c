import { thresholdFor } from '../../../../shared/anomalyFigures'
import { portableDetector } from '../../../engine/anomalies/portableDetector'
import { storedWeights } from '../../../engine/exporters/precision'
import { explicitWeights } from '../../../engine/models/weights'
import { authorOnnxModel } from '../../../engine/runtimes/onnx/onnxModel'
import { inferenceBatch } from '../../../engine/training/evaluation'
import { asFloats, readImages } from '../../../engine/training/pixelSource'
import { openDataset } from '../../../store/datasetStore'
import { writePieces } from '../../../store/writePieces'
import { readParameters } from '../../../worker/loadModel'
import type { ComputeTasks } from '../../../worker/protocol'
import { chooseRuntime } from '../../../worker/runtimes'
import { type TaskContext, throwIfEnding } from '../../../worker/taskContext'
import { pixelSourceOf } from '../../datasets/tasks/pixelSource'

type Export = ComputeTasks['exportAnomalyModel']

/** Normal images that the threshold is told from, at most. */
const mostImages = 5000

export async function exportAnomalyModel(
  { model, dataset: folder, rows, falseAlarms, about, file, ...target }: Export['params'],
  context: TaskContext<Export['event']>,
): Promise<Export['result']> {
  const { spec } = model
  const weights = storedWeights(explicitWeights(spec, await readParameters(model)), 'float32')
  const { variables, fn } = portableDetector(spec)
  const { runtime, device } = chooseRuntime(target)
  const compiled = await runtime.compile({ variables, functions: [fn] }, device)
  const dataset = await openDataset(folder)
  try {
    await compiled.write(Object.fromEntries(variables.map(({ name }) => [name, weights[name]!.data])))
    const source = pixelSourceOf(dataset)
    const step = Math.max(1, rows.length / mostImages)
    const some = rows.filter((_, i) => Math.floor(i % step) === 0)
    const { height, width, channels } = spec.input
    const batch = inferenceBatch(source.rowBytes)
    const scores: number[] = []
    for (let first = 0; first < some.length; first += batch) {
      throwIfEnding(context as TaskContext<never>)
      const part = some.subarray(first, first + batch)
      const pixels = new Uint8Array(part.length * source.rowBytes)
      await readImages(source, part, pixels)
      const image = { shape: [part.length, height, width, channels], data: asFloats(pixels) }
      scores.push(...((await compiled.run(fn.name, { image })).score!.data as Float32Array))
      context.emit({ type: 'progress', done: scores.length, total: some.length })
    }
    const threshold = thresholdFor(Float64Array.from(scores).sort(), falseAlarms)
    const metadata = { ...about, threshold: String(threshold), false_alarms: String(falseAlarms) }
    const constants = (variable: { readonly name: string }) => weights[variable.name]!.stored
    const { pieces } = authorOnnxModel(fn, { constants, metadata })
    return { threshold, bytes: await writePieces(file, pieces) }
  } finally {
    await dataset.close()
    await compiled.dispose()
  }
}
