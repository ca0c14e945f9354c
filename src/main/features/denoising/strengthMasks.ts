import { createHash } from 'node:crypto'
import type { DamageKind } from '../../../shared/damage'
import { isNeutral, type StrengthMask } from '../../../shared/strengthMask'
import { storedPlace } from './pictureLevels'

interface NamedMask {
  readonly mask: StrengthMask
  readonly name: string
}

/** What was painted over pictures by hand, until they are taken off the list. At most 256 KiB each. */
export class StrengthMasks {
  private readonly masks = new Map<string, NamedMask>()

  /** Upright. Null where nothing was painted. */
  get(id: string): StrengthMask | null {
    return this.masks.get(id)?.mask ?? null
  }

  /** @returns its name, which is another one for each mask; null for one that changes nothing */
  set(id: string, mask: StrengthMask | null): string | null {
    if (mask === null || isNeutral(mask)) {
      this.masks.delete(id)
      return null
    }
    const name = nameOf(mask)
    this.masks.set(id, { mask, name })
    return name
  }

  forget(ids: Iterable<string>): void {
    for (const id of ids) this.masks.delete(id)
  }
}

/** The masks of both layers. */
export class PaintedMasks {
  readonly strength = new StrengthMasks()
  readonly holes = new StrengthMasks()

  /** What counts for what is to be done to a picture. */
  for(id: string, kind: DamageKind): StrengthMask | null {
    if (kind === 'noise') return this.strength.get(id)
    return kind === 'holes' ? this.holes.get(id) : null
  }

  forget(ids: readonly string[]): void {
    this.strength.forget(ids)
    this.holes.forget(ids)
  }
}

/** The same for masks that are the same. */
export function nameOf({ columns, rows, values }: StrengthMask): string {
  return createHash('sha256').update(`${columns} ${rows} `).update(values).digest('hex').slice(0, 16)
}

/** A mask as it lies over the stored picture, which is not turned upright. */
export function storedMask(mask: StrengthMask, orientation: number): StrengthMask {
  if (orientation <= 1) return mask
  const { columns, rows } = mask
  const stored = orientation >= 5 ? { columns: rows, rows: columns } : { columns, rows }
  const size = { width: stored.columns, height: stored.rows }
  const values = new Uint8Array(mask.values.length)
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const [column, row] = storedPlace(orientation, size, x, y)
      values[row * size.width + column] = mask.values[y * columns + x]!
    }
  return { ...stored, values }
}
