import { existsSync } from 'node:fs'
import { cp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { partialPath, writeFileAtomic } from '../../store/atomicWrite'
import { explainFileError } from '../../store/fileErrors'
import { modelFiles, readModelInfo } from '../../store/modelStore'
import { runFiles } from '../../store/runStore'
import { saveModelOfRun } from '../training/saveModel'

/**
 * Copies the model of a run into an empty folder, whole or not at all, under a name of its own.
 * @throws ExpectedError when the run has none yet, or the disk says no
 */
export async function keepModel(run: string, folder: string, name: string): Promise<void> {
  // A run that is done has it already; of one under way the best epoch so far is taken.
  const source = existsSync(modelFiles.info(runFiles.model(run)))
    ? runFiles.model(run)
    : await saveModelOfRun(run)
  await copyModel(source, folder, name)
}

/** Copies a model's folder into an empty one, whole or not at all, under a name of its own. @throws ExpectedError */
export async function copyModel(source: string, folder: string, name: string): Promise<void> {
  const beside = partialPath(join(folder, 'model'))
  try {
    await cp(source, beside, { recursive: true })
    const info = { ...(await readModelInfo(beside)), name }
    await writeFileAtomic(modelFiles.info(beside), `${JSON.stringify(info, null, 2)}\n`)
    // model.json comes last: a folder without it is no model.
    for (const path of [modelFiles.weights, modelFiles.card, modelFiles.preview, modelFiles.info])
      if (existsSync(path(beside))) await rename(path(beside), path(folder))
  } catch (error) {
    throw explainFileError(error, folder)
  } finally {
    await rm(beside, { recursive: true, force: true })
  }
}
