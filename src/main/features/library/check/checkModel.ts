import { existsSync } from 'node:fs'
import { countTrained } from '../../../../shared/modelSpec'
import type { ModelInfo } from '../../../../shared/run'
import { readWeights } from '../../../store/checkpointStore'
import { modelFiles, readModelInfo } from '../../../store/modelStore'
import { damaged, type Finding } from './finding'

/** Reads model.json, and whether its weights are as many as it needs, and numbers. */
export async function checkModel(folder: string): Promise<Finding[]> {
  let info: ModelInfo
  try {
    info = await readModelInfo(folder)
  } catch (error) {
    return [damaged(modelFiles.info(folder), error)]
  }
  const path = modelFiles.weights(folder)
  const lost = (problem: string): Finding[] => [
    {
      path,
      level: 'damaged',
      problem: `${problem} Restore the file from a backup, or save the model again from its run.`,
    },
  ]
  if (!existsSync(path)) return lost('The weights are missing.')
  try {
    const weights = Object.values(await readWeights(path))
    const count = weights.reduce((sum, { data }) => sum + data.length, 0)
    const needed = countTrained(info.spec)
    if (count < needed) return lost(`The weights are ${count} numbers, and the model has ${needed}.`)
    if (weights.some(({ data }) => !data.every(Number.isFinite))) return lost('Some weights are not numbers.')
    return []
  } catch (error) {
    return lost((error as Error).message)
  }
}
