import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { RunInfo } from '../../../shared/run'
import { writeFileAtomic } from '../../store/atomicWrite'
import { readMetrics, readRunInfo } from '../../store/runStore'
import type { ComputeClient } from '../../worker/computeClient'

const errorSchema = z.object({ mse: z.number(), psnr: z.number() })
const figuresSchema = z.object({
  /** The epochs that they are of. */
  epochs: z.number().int(),
  images: z.number().int(),
  last: errorSchema,
  best: errorSchema,
  pca: errorSchema.extend({ components: z.number().int() }).nullable(),
})
/** figures.json of a run of an experiment. */
export type RunFigures = z.infer<typeof figuresSchema>

const pathOf = (run: string) => join(run, 'figures.json')

/** Null where they have not been measured, or not since its last epoch. */
export async function readFigures(run: string): Promise<RunFigures | null> {
  const text = await readFile(pathOf(run), 'utf8').catch(() => null)
  if (text === null) return null
  try {
    const figures = figuresSchema.parse(JSON.parse(text))
    return figures.epochs === (await lastEpoch(run)) ? figures : null
  } catch {
    // What cannot be read is measured again.
    return null
  }
}

const lastEpoch = async (run: string) => (await readMetrics(run)).at(-1)?.epoch ?? 0

/**
 * Measures a finished run on the images that it has not seen, unless that has been done.
 * @param clean whether the images are taken as they are, and not corrupted as in its training
 */
export async function measureFigures(
  run: string,
  { clean, withPca }: { readonly clean: boolean; readonly withPca: boolean },
  client: ComputeClient,
  signal?: AbortSignal,
): Promise<RunFigures> {
  const before = await readFigures(run)
  if (before && (before.pca !== null || !withPca)) return before
  const { dataset, spec, config, runtime, device }: RunInfo = await readRunInfo(run)
  const noise = clean ? null : config.noise
  const params = { run, dataset, spec, config, noise, withPca, runtime, device }
  const measured = await client.call('measureRun', params, { signal })
  const figures: RunFigures = { epochs: await lastEpoch(run), ...measured }
  await writeFileAtomic(pathOf(run), `${JSON.stringify(figures)}\n`)
  return figures
}
