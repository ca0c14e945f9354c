import type { ImportHints } from '../../../../shared/importing'
import type { InputShape } from '../../../../shared/modelSpec'
import { unsupported } from '../importedModel'
import { sentence } from '../../../../shared/texts/sentence'

/**
 * The images of a network that takes them as rows of numbers.
 * @param notes gets a sentence on what was assumed
 * @throws ExpectedError `unsupported` where that cannot be told, or is not what the hints say
 */
export function assumedInput(size: number, hints: ImportHints, notes: string[]): InputShape {
  const found = hints.input ?? guessed(size)
  if (!found || found.width * found.height * found.channels !== size)
    throw unsupported(
      hints.input
        ? sentence('importing.sizeOther', {
            size,
            given: `${hints.input.width} × ${hints.input.height} × ${hints.input.channels}`,
          })
        : sentence('importing.sizeUnknown', { size }),
    )
  if (!hints.input)
    notes.push(
      `The network takes ${size} numbers: assumed to be ${found.width} × ${found.height} pixels, ${found.channels === 1 ? 'grey' : 'RGB'}, row by row.`,
    )
  return found
}

function guessed(size: number): InputShape | null {
  for (const channels of [1, 3] as const) {
    const side = Math.sqrt(size / channels)
    if (Number.isInteger(side) && side <= 4096) return { width: side, height: side, channels }
  }
  return null
}
