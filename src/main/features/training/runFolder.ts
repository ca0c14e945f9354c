import { existsSync } from 'node:fs'
import { readdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { explainFileError, fileErrorCode } from '../../store/fileErrors'
import { makeFolder } from '../../store/makeFolder'
import { runFiles } from '../../store/runStore'

/** The dataset that a folder of images becomes when a run is trained on it directly. */
export const ownDataset = (run: string) => join(run, 'dataset')

/** @throws ExpectedError when the folder holds something that is not to be overwritten */
export async function checkRunFolder(run: string, overwrite: boolean): Promise<void> {
  const entries = await readdir(run).catch((error: unknown) => {
    if (fileErrorCode(error) === 'ENOENT') return []
    throw explainFileError(error, run)
  })
  const holdsRun = existsSync(runFiles.info(run))
  if (holdsRun && !overwrite) throw new ExpectedError('bad-input', sentence('training.runThere', { run }))
  if (!holdsRun && entries.some((name) => join(run, name) !== ownDataset(run)))
    throw new ExpectedError('bad-input', sentence('training.folderHoldsOther', { run }))
}

/** Takes back a run that could not begin. Images that were imported for it stay, for the next try. */
export async function discardRun(run: string): Promise<void> {
  await clearRunFolder(run)
  await rmdir(run).catch(() => {
    // The imported images are still there.
  })
}

/** Makes the folder, without what an earlier run left in it. */
export async function clearRunFolder(run: string): Promise<void> {
  const ours = [
    runFiles.info,
    runFiles.metrics,
    runFiles.checkpoints,
    runFiles.history,
    runFiles.model,
    runFiles.spectra,
  ]
  try {
    for (const path of ours) await rm(path(run), { recursive: true, force: true })
    await makeFolder(run)
  } catch (error) {
    throw explainFileError(error, run)
  }
}
