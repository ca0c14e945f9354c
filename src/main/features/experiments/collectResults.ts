import { stat } from 'node:fs/promises'
import type {
  Difference,
  ExperimentResults,
  ExperimentRow,
  PcaFigures,
  VariantCurves,
} from '../../../shared/experiment'
import { exceedsOf } from '../../../shared/experimentVerdict'
import { layerWidths } from '../../../shared/layerSizes'
import { codeSize, countTrained, hasCode } from '../../../shared/modelSpec'
import type { EpochMetrics, RunInfo } from '../../../shared/run'
import { readDatasetInfo } from '../../store/datasetStore'
import { modelFiles } from '../../store/modelStore'
import { readMetrics, readRunInfo, runFiles } from '../../store/runStore'
import type { ExperimentSetup } from './experimentStore'
import { readFigures, type RunFigures } from './figures'
import { readSpectra, type Spectrum } from '../../store/spectraStore'
import { curveOf, figureOf, sharedCurve } from './statistics'

/** One run of an experiment, and where it lies; null where there is none yet. */
export interface PlacedRun {
  readonly variant: string
  readonly seed: number
  readonly folder: string | null
}

interface ReadRun {
  readonly variant: string
  readonly seed: number
  readonly folder: string
  readonly info: RunInfo
  readonly metrics: readonly EpochMetrics[]
  readonly spectra: readonly Spectrum[]
  /** Null while it trains. */
  readonly figures: RunFigures | null
  readonly bytes: number
}

/** An end that is so many times worse than the best epoch, or so many times worse for one seed than for another, is no accident. */
const unstableBeyond = 1.5

/** All that the runs of an experiment have come to so far. Runs that cannot be read are left out. */
export async function collectResults(
  setup: Omit<ExperimentSetup, 'asked'>,
  placed: readonly PlacedRun[],
): Promise<ExperimentResults> {
  const { vary, seeds, epochs, title, variants } = setup
  const read = await Promise.all(placed.map(readRun))
  const runs = read.filter((run) => run !== null)
  const dataset = await readDatasetInfo(setup.dataset)
  const { spec, config, preset } = variants[0]!
  const heldOut = Math.min(dataset.count - 1, Math.round(dataset.count * config.validationSplit))
  const { name, width, height, channels } = dataset
  const images = { images: dataset.count, training: dataset.count - heldOut, heldOut }
  return {
    version: 1,
    title,
    dataset: { name, ...images, width, height, channels },
    vary,
    seeds,
    epochs,
    preset,
    layers: layerWidths(spec).join(' → '),
    loss: spec.loss,
    learningRate: config.optimizer.learningRate,
    batchSize: config.batchSize,
    complete: runs.filter(({ figures }) => figures !== null).length === variants.length * seeds.length,
    rows: rowsOf(setup, runs),
    curves: variants.flatMap(({ variant }) => curvesOf(variant, ofVariant(runs, variant))),
    pca: pcaOf(runs),
  }
}

async function readRun({ variant, seed, folder }: PlacedRun): Promise<ReadRun | null> {
  const info = folder === null ? null : await readRunInfo(folder).catch(() => null)
  if (folder === null || info === null) return null
  const [metrics, spectra] = await Promise.all([readMetrics(folder), readSpectra(folder)])
  const figures = info.state === 'done' ? await readFigures(folder) : null
  const file = await stat(modelFiles.weights(runFiles.model(folder))).catch(() => null)
  return { variant, seed, folder, info, metrics, spectra, figures, bytes: file?.size ?? 0 }
}

const ofVariant = (runs: readonly ReadRun[], variant: string) => runs.filter((run) => run.variant === variant)

type DoneRun = ReadRun & { readonly figures: RunFigures }
const isDone = (run: ReadRun): run is DoneRun => run.figures !== null

function rowsOf({ variants }: Pick<ExperimentSetup, 'variants'>, runs: readonly ReadRun[]): ExperimentRow[] {
  const done = runs.filter(isDone)
  const first = variants.find(({ variant }) => done.some((run) => run.variant === variant))?.variant
  return variants.flatMap(({ variant, spec }): ExperimentRow[] => {
    const own = done.filter((run) => run.variant === variant)
    if (own.length === 0) return []
    const figure = (value: (run: DoneRun) => number) => figureOf(own.map(value))
    const mse = figure(({ figures }) => figures.last.mse)
    const best = {
      mse: figure(({ figures }) => figures.best.mse),
      psnr: figure(({ figures }) => figures.best.psnr),
      epoch: figure(({ metrics }) => metrics.findLast((metric) => metric.best)?.epoch ?? 0),
    }
    const apart = Math.max(...mse.values) / Math.min(...mse.values)
    return [
      {
        variant,
        done: own.length,
        seeds: own.map(({ seed }) => seed),
        parameters: countTrained(spec),
        bytes: own[0]!.bytes,
        mse,
        psnr: figure(({ figures }) => figures.last.psnr),
        best,
        trainMs: figure(({ metrics }) => metrics.at(-1)?.elapsedMs ?? 0),
        difference: variant === first ? null : differenceOf(done, first!, own),
        unstable: apart > unstableBeyond || mse.mean > unstableBeyond * best.mse.mean,
        code: hasCode(spec) ? codeSize(spec) : 0,
      },
    ]
  })
}

/** Of the seeds that both have: their images, batches and first weights are the same, so that their difference tells most. */
function differenceOf(done: readonly DoneRun[], first: string, own: readonly DoneRun[]): Difference | null {
  const values = own.flatMap(({ seed, figures }) => {
    const other = done.find((run) => run.variant === first && run.seed === seed)
    return other ? [figures.last.psnr - other.figures.last.psnr] : []
  })
  if (values.length === 0) return null
  const psnr = figureOf(values)
  return { psnr, exceeds: exceedsOf(psnr.mean, psnr.spread) }
}

function curvesOf(variant: string, runs: readonly ReadRun[]): VariantCurves[] {
  const trained = runs.filter(({ metrics }) => metrics.length > 0)
  if (trained.length === 0) return []
  const curve = (value: (metrics: EpochMetrics) => number | null) =>
    curveOf(
      trained.map(({ metrics }) => metrics.map((one) => ({ epoch: one.epoch, value: value(one) ?? NaN }))),
    )
  const shown = trained.find(isDone) ?? trained[0]!
  const kernels = shown.spectra.at(-1)?.kernels ?? []
  const spectral = (layer: number, key: 'fromOrthonormal' | 'fromPseudoInverse') =>
    sharedCurve(
      trained.map(({ spectra }) =>
        spectra.map((spectrum) => ({
          epoch: spectrum.epoch,
          value: spectrum.kernels[layer]?.[key] ?? NaN,
        })),
      ),
    )
  return [
    {
      variant,
      loss: curve(({ valLoss, trainLoss }) => valLoss ?? trainLoss),
      psnr: curve(({ psnr }) => psnr),
      fromOrthonormal: kernels.map((_, layer) => spectral(layer, 'fromOrthonormal')),
      fromPseudoInverse: kernels.map((_, layer) => spectral(layer, 'fromPseudoInverse')),
      kernels,
    },
  ]
}

/** PCA with as many components as a code has numbers, for each such number: one figure a seed, whose split it is fitted to. */
function pcaOf(runs: readonly ReadRun[]): PcaFigures[] {
  const found = new Map<number, Map<number, NonNullable<RunFigures['pca']>>>()
  for (const { figures, seed } of runs) {
    if (!figures?.pca) continue
    const { components } = figures.pca
    found.set(components, (found.get(components) ?? new Map()).set(seed, figures.pca))
  }
  return [...found.entries()].map(([components, bySeed]) => ({
    components,
    mse: figureOf([...bySeed.values()].map(({ mse }) => mse)),
    psnr: figureOf([...bySeed.values()].map(({ psnr }) => psnr)),
  }))
}
