import { rivalNames } from '../../../../shared/api/compression'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ExpectedError } from '../../../../shared/errors'
import { sentence } from '../../../../shared/texts/sentence'
import { writeFileAtomic } from '../../../store/atomicWrite'
import { explainFileError, fileErrorCode } from '../../../store/fileErrors'
import { makeFolder } from '../../../store/makeFolder'
import type { CompressSummary } from '../compressImages'
import { compressionPage } from './compressionPage'

const files = { page: 'report.html', curves: 'curves.csv', result: 'compression.json' } as const

/** Makes sure that a report can be written, before anything is computed. @throws ExpectedError */
export async function claimCompressionReport(folder: string, overwrite: boolean): Promise<void> {
  const names = await readdir(folder).catch((error: unknown): string[] => {
    if (fileErrorCode(error) === 'ENOENT') return []
    throw explainFileError(error, folder)
  })
  const isOurs = existsSync(join(folder, files.result))
  if (names.length > 0 && !(isOurs && overwrite))
    throw new ExpectedError(
      'bad-input',
      isOurs
        ? sentence('compression.reportThere', { folder })
        : sentence('compression.folderHoldsOther', { folder }),
    )
  await makeFolder(folder)
}

/** @returns paths of the files, the page first. @throws ExpectedError */
export async function writeCompressionReport(folder: string, summary: CompressSummary): Promise<string[]> {
  const { comparison } = summary
  if (!comparison) return []
  await writeFileAtomic(join(folder, files.curves), curvesCsv(summary))
  await writeFileAtomic(join(folder, files.page), compressionPage(summary, comparison))
  await writeFileAtomic(join(folder, files.result), `${JSON.stringify(summary)}\n`)
  return [files.page, files.curves, files.result].map((name) => join(folder, name))
}

/** Every point of every curve. A codec has several curves, of different settings. */
export function curvesCsv({ comparison }: Pick<CompressSummary, 'comparison'>): string {
  const rows = (['hourglass', ...rivalNames] as const).flatMap((name) =>
    comparison!.curves[name].flatMap((curve, i) =>
      curve.map(({ setting, bytes, psnr, ssim }) => [name, i + 1, setting, bytes, psnr, ssim].join(',')),
    ),
  )
  return ['method,curve,setting,bytes_per_image,psnr_db,ssim', ...rows].map((row) => `${row}\n`).join('')
}
