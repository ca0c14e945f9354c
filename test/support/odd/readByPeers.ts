import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { join } from 'node:path'
import { peersPython } from '../peersPython'

/** How two files compare for one reader; `before` or `after` where it cannot read that one, and why. */
export interface Comparison {
  readonly before?: string
  readonly after?: string
  readonly shapes?: readonly [string, string]
  readonly furthest?: number
}

export type PeerFindings = Record<'pillow' | 'tifffile', Comparison | undefined>

/** What tifffile and Pillow find of pairs of files, in the order of the pairs. */
export async function readByPeers(pairs: readonly (readonly [string, string])[]): Promise<PeerFindings[]> {
  const python = spawn(peersPython, [join(import.meta.dirname, 'peers.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  python.stdin.end(JSON.stringify(pairs))
  const said = await text(python.stdout)
  return said
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as PeerFindings)
}

/** What is wrong for one of the readers; null where all that can read the original read the same in the result. */
export function wrongForPeers({ pillow, tifffile }: PeerFindings): string | null {
  // Pillow reads some signed and planar files otherwise than they are.
  if (tifffile?.furthest === 0) return null
  const found = Object.entries({ pillow, tifffile }).flatMap(([name, one]) => {
    // tifffile reads LZW only with a package of its own.
    if (!one || one.before !== undefined || one.after?.includes('imagecodecs')) return []
    const isSame = one.furthest !== undefined && one.furthest === 0
    return isSame ? [] : [`${name}: ${JSON.stringify(one)}`]
  })
  return found.length > 0 ? found.join(', ') : null
}
