import type { SampleKind } from '../../../shared/sampleKinds'
import type { JobProgress } from '../../base/jobService'
import type { ChosenImages } from './importChosen'
import { makeSample } from './makeSample'

/** What an import reads, found or made when its turn comes. */
export type FindSources = (
  report: (progress: JobProgress) => void,
  signal: AbortSignal,
) => Promise<ChosenImages>

/** What draws a sample into a folder. */
export function drawing(out: string, sample: { kind: SampleKind; count: number; seed: number }): FindSources {
  return async (report, signal) => {
    const onProgress = (progress: { done: number; total: number }) =>
      report({ phase: 'drawing', ...progress })
    await makeSample({ out, ...sample, signal, onProgress })
    return { sources: [out] }
  }
}
