import { measureImport } from '../bench/measureImport'
import type { CommandContext } from '../context'
import { formatAmount } from '../format'

const rounds = 4

/**
 * `hourglass bench import`: our import against a bare loop of sharp on the same files, in images a second. Ours comes
 * last. `files` is a folder of images; without it a sample is drawn.
 */
export async function benchImport(
  { output, signal }: CommandContext,
  { files }: { files?: string },
): Promise<void> {
  const { images, imagesPerSecond } = await measureImport(files, rounds, signal)
  for (const [by, speed] of Object.entries(imagesPerSecond)) {
    const ratio = speed / imagesPerSecond.sharp
    const name = by === 'sharp' ? 'a bare loop of sharp' : 'hourglass import'
    output.line(
      `${name}: ${formatAmount(speed)} images/s${by === 'sharp' ? '' : `, ${formatAmount(ratio)} ×`}`,
    )
    output.record({ type: 'bench', what: 'import', by, images, imagesPerSecond: speed, ratio })
  }
}
