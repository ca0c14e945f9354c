import { hasCode } from '../../../shared/modelSpec'
import type { ModelInfo } from '../../../shared/run'
import { readModelInfo, type TrainedModel } from '../../store/modelStore'
import { OutputFolder } from '../../store/outputFolder'
import { openNamedModel } from '../models/builtinModels'
import type { ModelRequest, ModelWork } from '../models/modelWork'
import { infoOfRun } from '../models/saveModel'
import { type ExportedAs, exportReadme } from './exportReadme'

export interface ExportRequest extends Pick<ModelRequest, 'model'>, ExportedAs {
  readonly out: string
  readonly overwrite: boolean
  /** Of Hourglass. */
  readonly version: string
}

export interface ExportSummary {
  /** In the folder. */
  readonly files: readonly string[]
  readonly bytes: number
}

/** Writes a model for other programs, with a README. @throws ExpectedError; nothing is written then */
export async function exportTrainedModel(
  { model: name, out, overwrite, version, ...as }: ExportRequest,
  { client }: Pick<ModelWork, 'client'>,
): Promise<ExportSummary> {
  const model = await openNamedModel(name)
  const about = describe(model, await infoOf(model), version)
  const { files } = await client.call('exportModel', { model: model.files, about, ...as })
  const readme = Buffer.from(exportReadme(model.files.spec, about, as))
  const all = [...files, { path: 'README.md', bytes: readme }]
  const names = all.map(({ path }) => path)
  const output = await OutputFolder.open(out, names, { overwrite })
  try {
    for (const { path, bytes } of all) await output.write(path, bytes)
    await output.commit()
  } catch (error) {
    await output.abort()
    throw error
  }
  return { files: names, bytes: files.reduce((sum, { bytes }) => sum + bytes.length, 0) }
}

const infoOf = ({ kind, folder }: TrainedModel): Promise<ModelInfo> =>
  kind === 'model' ? readModelInfo(folder) : infoOfRun(folder)

function describe({ files, noise }: TrainedModel, info: ModelInfo, version: string): Record<string, string> {
  const { spec } = files
  const { width, height, channels } = spec.input
  const { metrics, trainedOn } = info
  return {
    name: info.name,
    images: `${width} x ${height} pixels (width x height), ${channels === 1 ? 'grey' : 'RGB'}`,
    layout: 'batch x height x width x channels',
    values: 'float32 in 0..1 (bytes 0..255 where exported so); nothing is subtracted or scaled',
    tying: spec.decoder === 'mirror' ? spec.tying : 'none',
    code: hasCode(spec) ? 'yes' : 'none: the model restores images only',
    learned_from: `${trainedOn.images} images of ${trainedOn.dataset}`,
    noise: noise ?? 'none',
    ...(metrics?.psnr == null
      ? {}
      : { psnr: `${metrics.psnr.toFixed(2)} dB on held-out images, epoch ${metrics.epoch}` }),
    ...(metrics?.ssim == null ? {} : { ssim: metrics.ssim.toFixed(4) }),
    made_by: `Hourglass ${version}`,
    created: info.createdAt,
    license: 'to be filled in by whoever publishes this model',
  }
}
