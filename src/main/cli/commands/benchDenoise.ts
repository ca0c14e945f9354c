import { openNamedModel } from '../../features/models/builtinModels'
import { withModel, type TargetFlags } from '../modelCommand'
import { nullForAuto } from '../options'
import type { CommandContext } from '../context'

export interface DenoiseBenchFlags extends TargetFlags {
  model: string
  megapixels: number
  rounds: number
  tile: number | 'auto'
}

/** A convolutional denoiser against DnCNN in the same runtime. */
export async function benchDenoise(context: CommandContext, flags: DenoiseBenchFlags): Promise<void> {
  const { model, megapixels, rounds, tile, runtime, device } = flags
  const { files } = await openNamedModel(model)
  const result = await withModel(
    context,
    { label: 'Measuring', unit: 'images' },
    ({ client, signal, onProgress }) =>
      client.call(
        'benchDenoise',
        { model: files, megapixels, rounds, tile: nullForAuto(tile), runtime, device },
        { signal, onEvent: ({ done, total }) => onProgress?.(done, total) },
      ),
  )
  const { runtime: used, device: place, megapixelsPerSecond, dncnnMegapixelsPerSecond } = result
  const ratio = Math.round((100 * megapixelsPerSecond) / dncnnMegapixelsPerSecond) / 100
  context.output.line(
    `${model}, ${used} on ${place}: ${megapixelsPerSecond.toFixed(2)} megapixels/s, ${ratio} × DnCNN`,
  )
  const speeds = { megapixelsPerSecond, dncnnMegapixelsPerSecond, ratio }
  context.output.record({
    type: 'bench',
    what: 'denoise',
    model,
    megapixels,
    runtime: used,
    device: place,
    ...speeds,
  })
}
