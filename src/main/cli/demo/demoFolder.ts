import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ExpectedError } from '../../../shared/errors'
import { writeFileAtomic } from '../../store/atomicWrite'
import { explainFileError, fileErrorCode } from '../../store/fileErrors'
import { makeFolder } from '../../store/makeFolder'

/** Tells a folder that a demo has filled from any other. */
const marker = '.hourglass-demo.json'

/** What a demo leaves in its folder, beside the report and its pictures. */
export const demoFiles = {
  report: (out: string) => join(out, 'report.html'),
  codes: (out: string) => join(out, 'codes.csv'),
  spec: (out: string) => join(out, 'spec.json'),
  images: (out: string) => join(out, 'images', 'training'),
  heldOutImages: (out: string) => join(out, 'images', 'held-out'),
  dataset: (out: string) => join(out, 'datasets', 'training'),
  heldOut: (out: string) => join(out, 'datasets', 'held-out'),
  run: (out: string, tying: 'tied' | 'untied') => join(out, 'runs', tying),
} as const

/**
 * Makes sure that a demo may be made in the folder: it is missing, empty, or an earlier demo's, of which every part is
 * replaced as the new one comes to it. The old page goes at once, since it would show what is there no longer.
 * @throws ExpectedError when it holds anything else or cannot be written
 */
export async function claimDemoFolder(out: string): Promise<void> {
  const names = await readdir(out).catch((error: unknown): string[] => {
    if (fileErrorCode(error) === 'ENOENT') return []
    throw explainFileError(error, out)
  })
  if (names.length > 0 && !names.includes(marker))
    throw new ExpectedError(
      'bad-input',
      `${out} is not empty and holds no earlier demo. Choose an empty or a new folder with --out, so that nothing is overwritten.`,
    )
  await makeFolder(out)
  await writeFileAtomic(join(out, marker), `${JSON.stringify({ version: 1 })}\n`)
  try {
    await rm(demoFiles.report(out), { force: true })
  } catch (error) {
    throw explainFileError(error, out)
  }
}
