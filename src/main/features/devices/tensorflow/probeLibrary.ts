import { z } from 'zod'
import { ExpectedError } from '../../../../shared/errors'
import { sentence } from '../../../../shared/texts/sentence'
import type { ScriptRunner } from '../../../base/scriptRunner'
import { tensorflowProbe } from '../../../store/builtFiles'
import { parseJson } from '../../../store/parseRecord'

const probedSchema = z.object({ version: z.string(), gpu: z.boolean() })
export type Probed = z.infer<typeof probedSchema>

/**
 * Loads a library in a process of its own, which it can end, and computes with it.
 * @throws ExpectedError `runtime-missing` with what the system says where it does not load
 */
export async function probeLibrary(
  runScript: ScriptRunner,
  folder: string,
  signal: AbortSignal,
): Promise<Probed> {
  const { code, stdout, stderr } = await runScript(tensorflowProbe(), [folder], signal)
  const said = code === 0 ? probedSchema.safeParse(parseJson(lastLine(stdout))) : null
  if (said?.success) return said.data
  const reason = (code !== null && lastLine(stderr)) || sentence('devices.probeDied')
  throw new ExpectedError('runtime-missing', sentence('devices.libraryDoesNotLoad', { reason }))
}

function lastLine(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  return lines.findLast((line) => line !== '') ?? ''
}
