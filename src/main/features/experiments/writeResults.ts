import type { ExperimentResults } from '../../../shared/experiment'
import type { Language } from '../../../shared/texts'
import { verdictOf, verdictText } from '../../../shared/experimentVerdict'
import { writeFileAtomic } from '../../store/atomicWrite'
import { experimentCsv } from './experimentCsv'
import { experimentPage } from './experimentPage'
import { picturesOf } from './experimentPictures'
import { experimentFiles } from './experimentStore'

/** Writes results.json, results.csv and report.html into an experiment's folder, the page last. @returns their paths */
export async function writeResults(
  out: string,
  results: ExperimentResults,
  language: Language = 'en',
): Promise<{ page: string; csv: string; json: string }> {
  const files = {
    page: experimentFiles.page(out),
    csv: experimentFiles.csv(out),
    json: experimentFiles.results(out),
  }
  const verdict = verdictText(verdictOf(results), results.vary.what, language)
  await writeFileAtomic(files.json, `${JSON.stringify({ ...results, verdict }, null, 2)}\n`)
  await writeFileAtomic(files.csv, experimentCsv(results))
  const placed = results.seeds.flatMap((seed) =>
    results.vary.values.map((variant) => ({
      variant,
      seed,
      folder: experimentFiles.run(out, variant, seed),
    })),
  )
  await writeFileAtomic(files.page, experimentPage(results, await picturesOf(placed), language))
  return files
}
