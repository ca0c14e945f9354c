import { CancelledError } from '../../../shared/errors'
import { countTrained } from '../../../shared/modelSpec'
import type { EpochMetrics } from '../../../shared/run'
import { encodeImages } from '../../features/models/encodeImages'
import { claimDemoFolder, demoFiles } from './demoFolder'
import { demoReport } from './demoReport'
import type { DemoRequest, DemoWork } from './demoWork'
import { makeDatasets } from './makeDatasets'
import { mapCodes } from './mapCodes'
import { type Measured, measureModels } from './measureModels'
import { trainBoth } from './trainBoth'

export interface DemoSummary extends Omit<Measured, 'restored'> {
  readonly out: string
  readonly report: string
  readonly codes: string
  /** Folder of the tied run. */
  readonly run: string
  /** Numbers in a code. */
  readonly dimensions: number
  readonly trainedValues: { readonly tied: number; readonly untied: number }
  readonly runtime: string
  readonly device: string
  readonly samplesPerSecond: number
}

/**
 * The whole main job in one folder: draws letters, trains the same layers tied and untied to take noise out of them,
 * measures both on letters they have not seen, writes codes, and puts it all on one page.
 * @throws CancelledError when stopped, ExpectedError
 */
export async function runDemo(request: DemoRequest, work: DemoWork): Promise<DemoSummary> {
  const { out, seed, runtime, device } = request
  await claimDemoFolder(out)
  try {
    await makeDatasets(request, work)
    const { tied, untied } = await trainBoth(request, work)
    const measured = await measureModels(request, work)
    const codes = demoFiles.codes(out)
    const { dimensions } = await encodeImages(
      { model: tied.run, images: [demoFiles.heldOut(out)], out: codes, overwrite: true, runtime, device },
      { ...work, onProgress: (done, total) => work.onProgress('Encoding', done, total, 'images') },
    )
    const mapped = await mapCodes(codes, seed, work)
    const data = await demoReport(request, tied.info, measured, mapped)
    const { writeReport } = await import('../report/report')
    await writeReport({ out, ...data })
    const { noisy, pca } = measured
    return {
      tied: measured.tied,
      untied: measured.untied,
      pca,
      noisy,
      out,
      report: demoFiles.report(out),
      codes,
      run: demoFiles.run(out, 'tied'),
      dimensions,
      trainedValues: { tied: countTrained(tied.info.spec), untied: countTrained(untied.info.spec) },
      runtime: tied.info.runtime,
      device: tied.info.device,
      samplesPerSecond: medianSpeed(data.epochs),
    }
  } catch (error) {
    if (!work.signal?.aborted) throw error
    throw new CancelledError('The demo was stopped. The same command starts it again from the beginning.')
  }
}

function medianSpeed(epochs: readonly EpochMetrics[]): number {
  const speeds = epochs.map(({ samplesPerSecond }) => samplesPerSecond).sort((a, b) => a - b)
  return speeds[Math.floor(speeds.length / 2)]!
}
