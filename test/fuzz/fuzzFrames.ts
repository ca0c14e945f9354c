import { checkFrame } from '../../src/shared/api/frameLimits'
import { decodeMessage, decodeRequest, encodeMessage } from '../../src/shared/api/wire'
import { type CommandName, commands } from '../../src/shared/api/commands'
import { randomNumbers } from '../support/randomNumbers'
import { type Draw, mutate, nothingKnown, pick, valueOf } from './valuesOf'

/** More than the largest reply of a frame of a few kB could be. */
const unlimited = { deepest: 1e9, most: 1e9 }

/**
 * Frames as a window sends them, and such with bytes changed, cut off or made up: each is read or refused, and the check
 * that goes before the reader takes all that the reader takes. Gives sentences on what is otherwise.
 */
export function fuzzFrames(seed: number, count: number): string[] {
  const draw = randomNumbers(seed)
  const problems: string[] = []
  for (let i = 0; i < count; i++) {
    const bytes = frame(draw)
    const read = attempt(() => decodeMessage(bytes))
    const checked = attempt(() => checkFrame(bytes, unlimited))
    if (read === null && checked !== null)
      problems.push(`Frame ${i} of seed ${seed} can be read, and its check says: ${checked}`)
    attempt(() => decodeRequest(bytes))
  }
  return problems
}

function frame(draw: Draw): Uint8Array {
  const kind = draw()
  if (kind < 0.15) return Uint8Array.from({ length: Math.floor(draw() * 64) }, () => draw() * 256)
  const command = pick(Object.keys(commands) as CommandName[], draw)
  const params = mutate(valueOf(commands[command], draw, nothingKnown), draw, nothingKnown)
  const bytes = encodeMessage({ kind: 'request', id: Math.floor(draw() * 100), command, params })
  if (kind < 0.3) return bytes
  const changed = Uint8Array.from(
    bytes.subarray(0, draw() < 0.3 ? Math.floor(draw() * bytes.length) : bytes.length),
  )
  for (let n = Math.floor(draw() * 4); n > 0; n--) changed[Math.floor(draw() * changed.length)] = draw() * 256
  return changed
}

/** Null where it went well. @throws what is no refusal, but the end of some resource */
function attempt(work: () => void): string | null {
  try {
    work()
    return null
  } catch (error) {
    const { message } = error as Error
    if (error instanceof RangeError && /call stack|allocation|array length/i.test(message)) throw error
    return message
  }
}
