import { z } from 'zod'
import { type Folder, pickKinds, type Place, placeSchema } from './places'

const nothing = z.strictObject({})
const name = z.string().trim().min(1, 'Give it a name.').max(120)

/** What a person chooses. */
export const placeCommands = {
  /** Where the picker starts: empty where the system's own dialogs are used. */
  'places.roots': nothing,
  /** Files that are shown are images, or those that may be models. */
  'places.browse': z.strictObject({
    place: placeSchema,
    files: z.enum(['images', 'models', 'compressed', 'tables']).optional(),
  }),
  /** A new folder within one that was browsed to, for a library to move to. */
  'places.createFolder': z.strictObject({ place: placeSchema, name }),
  /** In the system's file manager. */
  'places.reveal': z.strictObject({ place: placeSchema }),
  /** The system's dialog; an empty list when it was closed, or where there is none. */
  'places.pick': z.strictObject({ kind: z.enum(pickKinds) }),
} as const

export interface PlaceResults {
  'places.roots': readonly Place[]
  'places.browse': Folder
  'places.createFolder': Place
  'places.reveal': null
  'places.pick': readonly Place[]
}
