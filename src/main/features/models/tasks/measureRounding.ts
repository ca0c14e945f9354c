import { checkDatasetFits } from '../../../../shared/checkDatasetFits'
import { noiseLevels } from '../../../../shared/modelSpec'
import { storedWeights } from '../../../engine/exporters/precision'
import { explicitWeights } from '../../../engine/models/weights'
import { createCorruptionSource } from '../../../engine/training/corruption'
import { evaluateImages } from '../../../engine/training/evaluation'
import { openDataset } from '../../../store/datasetStore'
import { compileModel, readParameters } from '../../../worker/loadModel'
import { pixelSourceOf } from '../../datasets/tasks/pixelSource'
import type { Precision } from '../../../../shared/exporting'
import type { NoiseSpec } from '../../../../shared/noise'
import type { ModelFiles } from '../../../worker/protocol'

/** PSNR in dB of some images of a dataset, with the weights as they are and as an export stores them. */
interface Measure {
  params: { model: ModelFiles; dataset: string; noise: NoiseSpec | null; precision: Precision }
  result: { images: number; psnr: number; rounded: number }
  event: never
}

/** Enough for a mean that does not move in its second decimal. */
const mostImages = 256
const seed = 0
const target = { runtime: 'onnx', device: 'cpu' } as const

/** PSNR of the same images with a model's weights as they are, and as an export would store them. */
export async function measureRounding({
  model,
  dataset: folder,
  noise,
  precision,
}: Measure['params']): Promise<Measure['result']> {
  const { spec } = model
  const parameters = await readParameters(model)
  const exact = explicitWeights(spec, parameters)
  const dataset = await openDataset(folder)
  try {
    checkDatasetFits(dataset.info, spec.input)
    const { count } = dataset.info
    const images = Math.min(count, mostImages)
    const rows = Uint32Array.from({ length: images }, (_, i) => Math.floor((i * count) / images))
    const corruption = noise && createCorruptionSource(noise, spec.input, noiseLevels(spec), seed)
    const psnrWith = async (weights: typeof exact) => {
      // Not a tied decoder's, which would be transposed for it.
      const values = Object.fromEntries(Object.keys(parameters).map((name) => [name, weights[name]!.data]))
      const compiled = await compileModel(spec, values, noise, target, { isBrief: true })
      try {
        const options = { corruption, seed, shape: spec.input }
        return (await evaluateImages(compiled, pixelSourceOf(dataset), rows, options)).psnr
      } finally {
        await compiled.dispose()
      }
    }
    return {
      images,
      psnr: await psnrWith(exact),
      rounded: await psnrWith(storedWeights(exact, precision)),
    }
  } finally {
    await dataset.close()
  }
}
