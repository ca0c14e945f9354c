import { enlargePlanes, fillPlanes, findDamage, jpegQuality } from './damage'
import { denoise } from './denoise'
import { estimateNoise } from './estimateNoise'
import { repair } from './repair'
import { restorePlanes } from './restorePlanes'
import { restoreRegions } from './restoreRegions'
import { restoreTest } from './restoreTest'
import { similarity } from './similarity'

/** What the compute worker does for this room, by the name under which it is called. */
export const denoisingTasks = {
  enlargePlanes,
  fillPlanes,
  findDamage,
  jpegQuality,
  denoise,
  estimateNoise,
  repair,
  restorePlanes,
  restoreRegions,
  restoreTest,
  similarity,
}
