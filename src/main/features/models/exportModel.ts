import { hasCode, type ModelSpec } from '../../../shared/modelSpec'
import { type NodeOf, onnxFileOf } from '../../../shared/network'
import type { ExportedAs } from '../../../shared/exporting'
import { refuse } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { parseNoise } from '../../../shared/noise'
import type { ModelInfo } from '../../../shared/run'
import { type TrainingConfig, trainingConfigSchema } from '../../../shared/trainingConfig'
import { exportFormat, exportFormats } from '../../engine/exporters/formats'
import { readModelInfo, readOriginal, type TrainedModel } from '../../store/modelStore'
import { OutputFolder } from '../../store/outputFolder'
import { writePieces } from '../../store/writePieces'
import { readRunInfo } from '../../store/runStore'
import { openNamedModel } from './builtinModels'
import type { ModelRequest, ModelWork } from './modelWork'
import { infoOfRun } from '../training/saveModel'
import { exportReadme } from './exportReadme'
import { packModel } from './hourglassFile'
import { type RoundingLoss, roundingLoss } from './roundingLoss'

export interface ExportRequest extends Pick<ModelRequest, 'model'>, ExportedAs {
  readonly out: string
  readonly overwrite: boolean
  /** What a person calls the model, where they call it anything. */
  readonly name?: string
  /** The dataset that it learned from, where it is known; a run knows its own. */
  readonly dataset?: string | null
  /** Of Hourglass. */
  readonly version: string
}

export interface ExportSummary {
  /** In the folder. */
  readonly files: readonly string[]
  readonly bytes: number
  /** What rounding the weights costs, where it could be measured. */
  readonly loss: RoundingLoss | null
}

/** Writes a model for other programs, with a README. @throws ExpectedError; nothing is written then */
export async function exportTrainedModel(
  { model: path, out, overwrite, version, name, dataset = null, ...as }: ExportRequest,
  { client }: Pick<ModelWork, 'client'>,
): Promise<ExportSummary> {
  const model = await openNamedModel(path)
  const { spec } = model.files
  checkAbilities(spec, as)
  const known = await infoOf(model)
  const info = { ...known, name: name ?? known.name }
  const about = describe(model, info, version)
  const training = await trainingOf(model)
  const output = await OutputFolder.open(out, ['README.md'], { overwrite })
  try {
    const isPacked = exportFormat(as.format).load === null
    const files =
      isPacked || runsAsItIs(spec)
        ? [await (isPacked ? writePacked(model, info, output) : writeOriginal(model, output))]
        : await client
            .call('exportModel', { model: model.files, about, training, as, folder: output.path('.') })
            .then((result) => result.files)
    const loss = await roundingLoss(model, as.precision, client, dataset)
    if (loss) about.rounding = lossInWords(as.precision, loss)
    await output.write('README.md', Buffer.from(exportReadme(spec, about, as)))
    const names = files.map(({ path }) => path)
    await output.include(names)
    await output.commit()
    return { files: [...names, 'README.md'], bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), loss }
  } catch (error) {
    await output.abort()
    throw error
  }
}

/** A model as one Hourglass file. @throws ExpectedError */
export async function packNamedModel(path: string, name: string): Promise<Iterable<Uint8Array>> {
  const model = await openNamedModel(path)
  return packModel(model, { ...(await infoOf(model)), name })
}

async function writePacked(model: TrainedModel, info: ModelInfo, output: OutputFolder) {
  const path = 'model.hourglass'
  return { path, bytes: await writePieces(output.path(path), await packModel(model, info)) }
}

async function writeOriginal({ folder }: TrainedModel, output: OutputFolder) {
  const path = 'model.onnx'
  return { path, bytes: await writePieces(output.path(path), [await readOriginal(folder)]) }
}

const runsAsItIs = ({ network }: ModelSpec) => !!network && onnxFileOf(network) !== null

export const lossInWords = (precision: string, { images, psnr, rounded }: RoundingLoss): string =>
  `weights as ${precision}: ${rounded.toFixed(2)} dB instead of ${psnr.toFixed(2)} dB, on ${images} images`

/** @throws ExpectedError for what the format does not offer, with what it does */
function checkAbilities(spec: ModelSpec, { format, part, pixels, precision, tiedAs }: ExportedAs): void {
  const { parts, bytes, precisions, tying, networks } = exportFormat(format).abilities
  if (runsAsItIs(spec)) {
    const isAsItIs = pixels === 'float' && precision === 'float32' && part === 'full'
    if ((format !== 'onnx' && format !== 'hourglass') || !isAsItIs)
      refuse(sentence('models.fileOnlyGoesAsItIs'))
    return
  }
  const ofNetworks = exportFormats.filter((one) => one.abilities.networks).map(({ id }) => id)
  if (spec.network && !networks)
    refuse(
      `A network that was made elsewhere is exported as it stands, which ${format} does not hold. Choose ${ofNetworks.join(', ')}.`,
    )
  if (part !== 'full' && !parts) refuse(`A model is exported whole as ${format}. Choose the part "full".`)
  if (pixels === 'uint8' && !bytes)
    refuse(`Images go in and out as floats in ${format}. Choose the pixels "float", or the format onnx.`)
  if (!precisions.includes(precision))
    refuse(`Weights are stored as ${precisions.join(' or ')} in ${format}. Choose another precision.`)
  if (tiedAs === 'shared' && (!tying || spec.tying !== 'tied' || spec.decoder !== 'mirror'))
    refuse('Tying is kept for tied models exported as keras. Leave out --keep-tied.')
}

const infoOf = ({ kind, folder }: TrainedModel): Promise<ModelInfo> =>
  kind === 'model' ? readModelInfo(folder) : infoOfRun(folder)

/** How the model was trained; of one that was saved, only the noise is known. */
async function trainingOf({ kind, folder, noise, onPatches }: TrainedModel): Promise<TrainingConfig> {
  if (kind === 'run') return (await readRunInfo(folder)).config
  return trainingConfigSchema.parse({
    noise: noise && parseNoise(noise),
    ...(onPatches ? { patches: {} } : {}),
  })
}

function describe({ files, noise }: TrainedModel, info: ModelInfo, version: string): Record<string, string> {
  const { spec } = files
  const { width, height, channels } = spec.input
  const { metrics, trainedOn } = info
  return {
    name: info.name,
    ...(runsAsItIs(spec)
      ? describeFile(onnxFileOf(spec.network!)!)
      : {
          images: `${width} x ${height} pixels (width x height), ${channels === 1 ? 'grey' : 'RGB'}`,
          layout: 'batch x height x width x channels',
          values: 'float32 in 0..1 (bytes 0..255 where exported so); nothing is subtracted or scaled',
        }),
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

/** Of a model that is the ONNX file it was made of. */
const describeFile = ({ cell, isFixed, layout, range }: NodeOf<'onnx-file'>): Record<string, string> => ({
  images: isFixed ? `${cell} x ${cell} pixels` : `any size, in multiples of ${cell} pixels`,
  layout:
    layout === 'channels-first' ? 'batch x channels x height x width' : 'batch x height x width x channels',
  values: `as the file was made: ${range}`,
})
