import { open, readFile } from 'node:fs/promises'
import { z } from 'zod'
import { writeFileAtomic } from './atomicWrite'
import { explainFileError, fileErrorCode } from './fileErrors'
import { runFiles } from './runStore'
import { parseJson } from './parseRecord'

const kernelSchema = z.object({
  rows: z.number().int(),
  columns: z.number().int(),
  singular: z.array(z.number()),
  fromOrthonormal: z.number(),
  fromPseudoInverse: z.number(),
  decoderFromTranspose: z.number(),
})

/** One line of a run's spectra.jsonl: what each kernel of the encoder was after an epoch, from the input inwards. */
export const spectrumSchema = z.object({ epoch: z.number().int(), kernels: z.array(kernelSchema) })
export type Spectrum = z.infer<typeof spectrumSchema>

export async function appendSpectrum(run: string, spectrum: Spectrum): Promise<void> {
  const path = runFiles.spectra(run)
  try {
    const file = await open(path, 'a')
    try {
      await file.appendFile(`${JSON.stringify(spectrum)}\n`)
    } finally {
      await file.close()
    }
  } catch (error) {
    throw explainFileError(error, path)
  }
}

/** Epochs in order; none of a run that is no part of an experiment. A line cut off by a crash is left out. */
export async function readSpectra(run: string): Promise<Spectrum[]> {
  const path = runFiles.spectra(run)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (fileErrorCode(error) === 'ENOENT') return ''
    throw explainFileError(error, path)
  })
  return text.split('\n').flatMap((line) => {
    const parsed = spectrumSchema.safeParse(parseJson(line))
    return parsed.success ? [parsed.data] : []
  })
}

/** Forgets epochs after `epoch`, which a resumed run makes again. */
export async function rewindSpectra(run: string, epoch: number): Promise<void> {
  const all = await readSpectra(run)
  const kept = all.filter((spectrum) => spectrum.epoch <= epoch)
  if (kept.length === all.length) return
  const lines = kept.map((spectrum) => `${JSON.stringify(spectrum)}\n`)
  await writeFileAtomic(runFiles.spectra(run), lines.join(''))
}
