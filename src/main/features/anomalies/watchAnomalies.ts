import { readdir } from 'node:fs/promises'
import { watch } from 'chokidar'
import type { ScoredImage } from '../../../shared/anomalies'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { hasImageExtension } from '../../../shared/imageFiles'
import { explainFileError } from '../../store/fileErrors'
import type { DetectorHandle } from './detectorHandle'

export interface WatchOptions {
  readonly signal: AbortSignal
  readonly onImage: (image: ScoredImage) => void
  /** A file that cannot be read never ends the watch. */
  readonly onSkipped: (path: string, reason: string) => void
  /** From now on new files are seen. */
  readonly onReady?: () => void
  /** Images that came before, which are scored first. Asked once new files are seen. */
  readonly missed?: () => Promise<readonly string[]>
}

/** A file counts as whole once it has not grown for this time. */
const settledMs = 300

/** Images in a folder and those within, by their paths in it. @throws ExpectedError where there is no such folder */
export async function imagesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch((error: unknown) => {
    throw explainFileError(error, folder)
  })
  return names.filter((name) => hasImageExtension(name))
}

/** Whether there is an image in one of these folders. @throws ExpectedError where there is no such folder */
export async function holdsImages(folders: readonly string[]): Promise<boolean> {
  for (const folder of folders) if ((await imagesIn(folder)).length > 0) return true
  return false
}

/** Scores new image files in folders as they come, one after the other, until it is told to end. */
export async function watchAnomalies(
  folders: readonly string[],
  found: Pick<DetectorHandle, 'score'>,
  { signal, onImage, onSkipped, onReady, missed }: WatchOptions,
): Promise<void> {
  if (folders.length === 0) throw new ExpectedError('bad-usage', sentence('anomalies.nameFolderToWatch'))
  let queue: Promise<void> = Promise.resolve()
  const watcher = watch([...folders], {
    ignoreInitial: true,
    awaitWriteFinish: { stabilityThreshold: settledMs, pollInterval: 100 },
  })
  const score = (path: string) => {
    queue = queue.then(async () => {
      if (signal.aborted) return
      try {
        onImage(await found.score(path))
      } catch (error) {
        onSkipped(path, (error as Error).message)
      }
    })
  }
  // What is still being written when it is found counts as new once more when it is whole.
  const before = new Set<string>()
  watcher.on('add', (path) => {
    if (hasImageExtension(path) && !before.delete(path)) score(path)
  })
  watcher.on('unlink', (path) => before.delete(path))
  await new Promise<void>((ready) => watcher.once('ready', () => ready()))
  for (const path of (await missed?.()) ?? []) {
    before.add(path)
    score(path)
  }
  onReady?.()
  if (!signal.aborted)
    await new Promise<void>((ended) => signal.addEventListener('abort', () => ended(), { once: true }))
  await watcher.close()
  await queue
}
