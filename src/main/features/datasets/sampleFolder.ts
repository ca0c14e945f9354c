import { readdir, readFile, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { SampleKind } from '../../../shared/sampleKinds'
import { writeFileAtomic } from '../../store/atomicWrite'
import { explainFileError, fileErrorCode } from '../../store/fileErrors'
import { makeFolder } from '../../store/makeFolder'
import { sampleLabels } from './sampleGlyphs'

/** Tells a folder that we have filled from any other. */
const marker = '.hourglass-sample.json'
/** No label leads out of the folder. */
const markerSchema = z.object({ labels: z.array(z.string().regex(/^[A-Za-z0-9]+$/)).default(sampleLabels) })

/** The name of the i-th image in its label's folder. */
export function sampleFileName(i: number, extension: 'png' | 'jpg'): string {
  return `${String(i).padStart(6, '0')}.${extension}`
}

/**
 * Makes an empty sample folder out of a missing or empty one, or of an earlier sample.
 * @throws ExpectedError when it holds anything else or cannot be written
 */
export async function claimSampleFolder(
  out: string,
  made: { kind: SampleKind; count: number; seed: number; labels: readonly string[] },
): Promise<void> {
  const names = await list(out)
  if (names.length > 0 && !names.includes(marker)) {
    throw new ExpectedError('bad-input', sentence('datasets.notEmptyHoldsNo', { out }))
  }
  if (names.length > 0) await removeSample(out)
  await makeFolder(out)
  await writeFileAtomic(join(out, marker), `${JSON.stringify({ version: 1, ...made })}\n`)
}

/** Removes what we have drawn, and the folders that are empty then. Files of others stay. */
export async function removeSample(out: string): Promise<void> {
  for (const label of await labelsOf(out)) {
    const folder = join(out, label)
    for (const name of await list(folder)) {
      if (/^\d{6,}\.(png|jpg)$/.test(name)) await rm(join(folder, name), { force: true })
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

/** Folders that were filled. A marker of old does not name them: they were those of the letters. */
async function labelsOf(out: string): Promise<readonly string[]> {
  try {
    const made: unknown = JSON.parse(await readFile(join(out, marker), 'utf8'))
    return markerSchema.parse(made).labels
  } catch {
    // No marker, or a damaged one: then nothing else is known to be ours.
    return sampleLabels
  }
}

async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder)
  } catch {
    // Missing, or somebody else has files there.
  }
}
