import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ExpectedError } from '../../../../src/shared/errors'
import { noHints } from '../../../../src/shared/importing'
import type { ComputeClient } from '../../../../src/main/worker/computeClient'
import { testComputeClient } from '../../../support/commandLine'
import { hasPeersPython, runPython } from '../../../support/peersPython'
import { folderOfFile } from '../../../support/testFolder'

/** `npm run fuzz:networks` asks for more of them, from a seed of its own. */
const count = Number(process.env.HOURGLASS_FUZZ_NETWORKS ?? 12)
const seed = Number(process.env.HOURGLASS_FUZZ_SEED ?? 5)
/** Networks that Python writes at a time. */
const atOnce = 100

/**
 * Networks of random layers, whose channels, height and width often coincide: each one gives what its own program gives, or
 * is refused with a sentence.
 */
describe.each([
  ['torch', ['torch', 'numpy'], 'onnx'],
  ['keras', ['keras', 'numpy'], 'keras'],
] as const)('random networks of %s', (framework, modules, ending) => {
  let client: ComputeClient
  beforeAll(() => (client = testComputeClient()))
  afterAll(() => client.dispose())

  it.skipIf(!hasPeersPython(...modules))(
    'give what it says, or are refused with a sentence',
    async () => {
      const program = await readFile(
        new URL('../../../support/python/random_networks.py', import.meta.url),
        'utf8',
      )
      const wrong: string[] = []
      const outcomes = { read: 0, refused: 0 }
      const reasons = new Map<string, number>()
      for (let first = 0; first < count; first += atOnce) {
        const folder = await folderOfFile()
        await runPython(program, folder, framework, `${seed + first}`, `${Math.min(atOnce, count - first)}`)
        for (const name of (await readdir(folder)).filter((one) => one.endsWith(`.${ending}`))) {
          const path = join(folder, name)
          const reference = path.replace(/\w+$/, 'npz')
          try {
            const { original, notes } = await client.call('readModelFile', { path, hints: noHints })
            // A file that runs as it is gives what it gives.
            if (!original) await client.call('readModelFile', { path, hints: noHints, reference })
            if (notes.some((note) => note.includes('differs from')))
              wrong.push(`${seed + first} ${name} was misread`)
            outcomes.read++
          } catch (error) {
            const { message, code } = error as ExpectedError
            const isRefused = code === 'unsupported' && !message.includes('does not fit the model')
            if (error instanceof ExpectedError && isRefused) {
              outcomes.refused++
              const reason = message.replace(/"[^"]*" ?/g, '').replaceAll(/\d+(\.\d+)?/g, '…')
              reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
            } else
              wrong.push(
                `${seed + first} ${name}: ${message}\n${await readFile(path.replace(/\w+$/, 'txt'), 'utf8')}`,
              )
          }
        }
        if (count > atOnce) report(first + atOnce, outcomes, wrong, reasons)
      }
      expect(wrong.join('\n\n')).toBe('')
      expect(outcomes.read).toBeGreaterThan(9 * outcomes.refused)
    },
    count * 5_000 + 120_000,
  )
})

/** How far a long run has come, and why what it refuses is refused. */
function report(
  done: number,
  { read, refused }: { readonly read: number; readonly refused: number },
  wrong: readonly string[],
  reasons: ReadonlyMap<string, number>,
): void {
  const why = [...reasons].map(([reason, times]) => `\n  ${times} × ${reason}`).join('')
  process.stdout.write(
    `${done} networks: ${read} as they are, ${refused} refused, ${wrong.length} wrong.${why}\n`,
  )
}
