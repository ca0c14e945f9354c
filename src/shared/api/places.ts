import { z } from 'zod'

/**
 * A folder or file that a person has chosen. The page holds a handle, not a path: handles are handed out by the app for
 * what was picked, dropped, uploaded or browsed to, are valid until it ends, and say nothing to anybody else.
 */
export const placeSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{16,64}$/, 'That place is not known here: choose it again.')

export interface Place {
  readonly place: string
  /** Last part of its path. */
  readonly name: string
  readonly kind: 'folder' | 'file'
}

/** What a person can be asked to choose. */
export const pickKinds = ['images', 'folders', 'folder', 'models', 'compressed', 'table'] as const
export type PickKind = (typeof pickKinds)[number]

/** A folder as the picker shows it. */
export interface Folder extends Place {
  /** From a root down to this folder, itself last. */
  readonly trail: readonly Place[]
  /** Folders first, then files; hidden ones are left out. The first thousand of each. */
  readonly entries: readonly Place[]
  /** Images right in this folder. */
  readonly images: number
  /** Why it cannot be read, where it cannot. */
  readonly problem: string | null
}
