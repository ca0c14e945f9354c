import { basename, dirname, resolve } from 'node:path'
import type { EpochMetrics, ModelInfo, RunInfo } from '../../../shared/run'
import { ownWeights } from '../../../shared/ownWeights'
import { readWeights } from '../../store/checkpointStore'
import { readDatasetInfo } from '../../store/datasetStore'
import { readSnapshot, readSnapshotImages, snapshotEpochs } from '../../store/historyStore'
import { openModel, writeModel } from '../../store/modelStore'
import { readMetrics, readRunInfo, runFiles } from '../../store/runStore'
import { montagePng, type MontageRow } from '../../base/drawing/montage'
import { modelCard } from './modelCard'

/** Columns of the preview. */
const previewImages = 12

/**
 * Makes RUN/model out of a run's best checkpoint, complete or not at all, and returns its path. The one that was there
 * is replaced.
 * @throws ExpectedError when the run has no checkpoint yet, or the disk says no
 */
export async function saveModelOfRun(run: string): Promise<string> {
  const { files } = await openModel(run)
  const folder = runFiles.model(resolve(run))
  const modelInfo = await infoOfRun(run)
  const preview = await previewOfRun(run, modelInfo)
  await writeModel(folder, {
    info: modelInfo,
    // Checkpoints of earlier versions hold a tied decoder's transposes too.
    weights: ownWeights(files.spec, await readWeights(files.weights)),
    card: modelCard(modelInfo, preview !== null),
    preview,
  })
  return folder
}

/** What there is to say of a run's best epoch, as its model.json would. @throws ExpectedError */
export async function infoOfRun(run: string): Promise<ModelInfo> {
  const { name, noise } = await openModel(run)
  const info = await readRunInfo(run)
  const metrics = (await readMetrics(run)).findLast(({ best }) => best) ?? null
  const trainedOn = {
    dataset: await datasetName(info.dataset, run),
    images: info.images,
    noise,
    ...(info.config.patches ? { patches: true } : {}),
  }
  return describeModel(name, info, metrics, trainedOn)
}

function describeModel(
  name: string,
  { spec, versions }: RunInfo,
  metrics: EpochMetrics | null,
  trainedOn: ModelInfo['trainedOn'],
): ModelInfo {
  return {
    version: 1,
    name,
    spec,
    input: spec.input,
    createdAt: new Date().toISOString(),
    trainedOn,
    metrics,
    versions,
  }
}

/** A dataset that a run made for itself is called as the images it came from. */
async function datasetName(dataset: string, run: string): Promise<string> {
  if (dirname(dataset) !== resolve(run)) return basename(dataset)
  const { sources } = await readDatasetInfo(dataset)
  return sources.map((source) => basename(source)).join(', ')
}

/** A PNG of the epoch that the model is, or of the last one before it whose pictures are still kept; null without any. */
export async function previewOfRun(run: string, { metrics }: ModelInfo): Promise<Buffer | null> {
  const { spec, config } = await readRunInfo(run)
  const epoch = metrics?.epoch ?? Infinity
  const kept = await snapshotEpochs(run)
  const shown = kept.findLast((candidate) => candidate <= epoch) ?? kept[0]
  if (shown === undefined) return null
  const { originals, inputs } = await readSnapshotImages(run)
  const { reconstructions } = await readSnapshot(run, shown)
  const row = (title: string, { shape, data }: typeof originals): MontageRow => {
    const count = Math.min(shape[0]!, previewImages)
    const size = data.length / shape[0]!
    return { title, images: { pixels: data.subarray(0, count * size), count, shape: spec.input } }
  }
  const noisy = config.noise ? [row('noisy', inputs)] : []
  return montagePng([row('original', originals), ...noisy, row('reconstructed', reconstructions)])
}
