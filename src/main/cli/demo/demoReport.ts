import { countTrained } from '../../../shared/modelSpec'
import { formatNoise } from '../../../shared/noise'
import { kernelImages } from '../../engine/imaging/kernelImages'
import { readWeights } from '../../store/checkpointStore'
import { readMetrics, runFiles } from '../../store/runStore'
import type { ReportData } from '../report/reportData'
import type { TrainSummary } from '../../features/training/trainRun'
import { demoFiles } from './demoFolder'
import { demoNoise } from './demoPlan'
import type { DemoRequest } from './demoWork'
import type { MappedCodes } from './mapCodes'
import type { Measured } from './measureModels'
import { pickImages } from './restoreAll'

const shownImages = 12
const shownKernels = 64

/** What a demo found, as the report wants it. */
export async function demoReport(
  request: DemoRequest,
  run: TrainSummary['info'],
  measured: Measured,
  { map, varianceRatio }: MappedCodes,
): Promise<ReportData> {
  const { out } = request
  const { clean, noisy, restored, shape } = measured.restored
  const pick = (values: Float32Array) => pickImages(values, shape, Math.min(shownImages, measured.tied.count))
  const weights = await readWeights(runFiles.best(demoFiles.run(out, 'tied')))
  const { spec, config, images } = run
  const validation = Math.round(images * config.validationSplit)
  return {
    title: 'Letters out of noise',
    run,
    epochs: await readMetrics(demoFiles.run(out, 'tied')),
    images: { training: images - validation, heldOut: measured.tied.count },
    parameters: { trained: countTrained(spec), untied: countTrained({ ...spec, tying: 'untied' }) },
    heldOut: measured.tied,
    samples: { original: pick(clean), noisy: pick(noisy), reconstructed: pick(restored) },
    comparison: compare(measured, spec),
    kernels: kernelImages(weights['encoder.0.kernel']!.data, shape, shownKernels),
    latent: map,
    varianceRatio,
    commands: commands(request),
  }
}

function compare(
  { tied, untied, pca, noisy }: Measured,
  spec: TrainSummary['info']['spec'],
): ReportData['comparison'] {
  const untiedCount = countTrained({ ...spec, tying: 'untied' })
  return {
    title: 'Did tying the weights cost anything?',
    sentence: tyingVerdict({ tied, untied }),
    rows: [
      { name: 'The noisy image as it is', trained: null, ...noisy },
      { name: `Principal components, ${pca.components}`, trained: null, ...pca },
      { name: 'The same layers, untied', trained: untiedCount, ...untied },
      { name: 'This model, tied', trained: countTrained(spec), ...tied },
    ],
  }
}

/** Less than this many dB apart is a draw: four seeds of one model lay 0.06 dB apart, and nobody sees as much. */
const drawWithin = 0.1

/** One sentence that holds for whatever came out. */
export function tyingVerdict({ tied, untied }: { tied: { psnr: number }; untied: { psnr: number } }): string {
  const gain = tied.psnr - untied.psnr
  const amount = `${Math.abs(gain).toFixed(2)} dB`
  const setting = 'The same layers with a decoder of their own, trained on the same images just as long,'
  if (Math.abs(gain) < drawWithin) return `No. ${setting} come out even (${amount} apart).`
  return gain > 0 ? `No. ${setting} stay ${amount} behind.` : `A little. ${setting} are ${amount} ahead.`
}

function commands({ out, program }: DemoRequest): ReportData['commands'] {
  const run = demoFiles.run(out, 'tied')
  const noise = formatNoise(demoNoise)
  const lines: [string, string][] = [
    ['Turn a folder of your own images into a dataset', 'import my-photos --out my.dataset --size 28'],
    ['Train this model on it', `train my.dataset --spec ${demoFiles.spec(out)} --noise ${noise} --out my-run`],
    [
      'Add noise to held-out letters and take it out again',
      `reconstruct ${run} ${demoFiles.heldOutImages(out)}/A --noise ${noise} --out restored`,
    ],
    ['Draw images from codes', `decode ${run} ${demoFiles.codes(out)} --out drawn`],
    [
      'Train the classic with three tied layers',
      `train ${demoFiles.dataset(out)} --preset tied-784-196-81-49 --out classic`,
    ],
  ]
  return lines.map(([purpose, command]) => ({ purpose, command: `${program} ${command}` }))
}
