import { join } from 'node:path'
import type { ModelInfo } from '../../../shared/run'
import { readWeights } from '../../store/checkpointStore'
import { openModel, writeModel } from '../../store/modelStore'
import { readMetrics, readRunInfo } from '../../store/runStore'

interface TrainedBuiltin {
  /** Without `builtin:`; its folder in `out` has this name. */
  readonly name: string
  readonly run: string
  readonly out: string
  /** What it was trained on, as its card names it. */
  readonly photographs: string
  readonly colors?: ModelInfo['colors']
}

/** Writes a built-in model out of the run that trained it. @param cardOf makes its README.md */
export async function writeTrained(
  { name, run, out, photographs, colors }: TrainedBuiltin,
  cardOf: (info: ModelInfo) => string,
): Promise<void> {
  const { files, noise } = await openModel(run)
  const { spec, images, versions } = await readRunInfo(run)
  const info: ModelInfo = {
    version: 1,
    name: `builtin:${name}`,
    spec,
    input: spec.input,
    createdAt: new Date().toISOString(),
    trainedOn: { dataset: photographs, images, noise, patches: true },
    ...(colors && { colors }),
    metrics: (await readMetrics(run)).findLast(({ best }) => best) ?? null,
    versions,
  }
  const weights = await readWeights(files.weights)
  await writeModel(join(out, name), { info, weights, card: cardOf(info), preview: null })
}
