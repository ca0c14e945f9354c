import type { ExperimentResults } from '../../../shared/experiment'

/** One line a variant and seed, and one for each of PCA's: to be read by a spreadsheet or a script. */
export function experimentCsv({ rows, pca, vary }: ExperimentResults): string {
  const head = [
    vary.what,
    'seed',
    'parameters',
    'file_bytes',
    'mse',
    'psnr_db',
    'best_epoch',
    'best_mse',
    'best_psnr_db',
    'training_ms',
    'psnr_difference_db',
  ]
  const lines = rows.flatMap((row) =>
    row.mse.values.map((mse, i) => [
      row.variant,
      row.seeds[i]!,
      row.parameters,
      row.bytes,
      mse,
      row.psnr.values[i]!,
      row.best.epoch.values[i]!,
      row.best.mse.values[i]!,
      row.best.psnr.values[i]!,
      Math.round(row.trainMs.values[i]!),
      row.difference?.psnr.values[i] ?? '',
    ]),
  )
  const ofPca = pca.flatMap(({ components, mse, psnr }) =>
    mse.values.map((value, i) => [
      `PCA ${components}`,
      ...['', '', '', value, psnr.values[i]!, '', '', '', '', ''],
    ]),
  )
  return [head, ...lines, ...ofPca].map((cells) => `${cells.map(cellOf).join(',')}\n`).join('')
}

/** What a spreadsheet would take as a formula is a text. */
function cellOf(value: string | number): string {
  const text = String(value)
  const safe = typeof value === 'string' && /^[=+\-@]/.test(text) ? `'${text}` : text
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
