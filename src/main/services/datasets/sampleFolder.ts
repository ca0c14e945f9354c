import { readdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ExpectedError } from '../../../shared/errors'
import { writeFileAtomic } from '../../store/atomicWrite'
import { explainFileError, fileErrorCode } from '../../store/fileErrors'
import { makeFolder } from '../../store/makeFolder'
import { sampleLabels } from './sampleGlyphs'

/** Tells a folder that we have filled from any other. */
const marker = '.hourglass-sample.json'

/** The name of the i-th image in its label's folder. */
export function sampleFileName(i: number): string {
  return `${String(i).padStart(6, '0')}.png`
}

/**
 * Makes an empty sample folder out of a missing or empty one, or of an earlier sample.
 * @throws ExpectedError when it holds anything else or cannot be written
 */
export async function claimSampleFolder(
  out: string,
  { count, seed }: { count: number; seed: number },
): Promise<void> {
  const names = await list(out)
  if (names.length > 0 && !names.includes(marker)) {
    throw new ExpectedError(
      'bad-input',
      `${out} is not empty and holds no earlier sample. Choose an empty or a new folder, so that nothing is overwritten.`,
    )
  }
  if (names.length > 0) await removeSample(out)
  await makeFolder(out)
  await writeFileAtomic(join(out, marker), `${JSON.stringify({ version: 1, count, seed })}\n`)
}

/** Removes what we have drawn, and the folders that are empty then. Files of others stay. */
export async function removeSample(out: string): Promise<void> {
  for (const label of sampleLabels) {
    const folder = join(out, label)
    for (const name of await list(folder)) {
      if (/^\d{6,}\.png$/.test(name)) await rm(join(folder, name), { force: true })
    }
    await removeIfEmpty(folder)
  }
  await rm(join(out, marker), { force: true })
  await removeIfEmpty(out)
}

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return []
    throw explainFileError(error, folder)
  }
}

async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder)
  } catch {
    // Missing, or somebody else has files there.
  }
}
