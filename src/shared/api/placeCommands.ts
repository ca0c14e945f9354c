import { z } from 'zod'
import { command } from './command'
import { type Folder, pickKinds, type Place, placeSchema } from './places'

const nothing = z.strictObject({})
const name = z.string().trim().min(1, 'Give it a name.').max(120)

/** What a person chooses. */
export const placeCommands = {
  /** Where the picker starts: empty where the system's own dialogs are used. */
  'places.roots': command(nothing).gives<readonly Place[]>(),
  /** Files that are shown are images, or those that may be models. */
  'places.browse': command(
    z.strictObject({
      place: placeSchema,
      files: z.enum(['images', 'models', 'compressed', 'tables']).optional(),
    }),
  ).gives<Folder>(),
  /** A new folder within one that was browsed to, for a library to move to. */
  'places.createFolder': command(z.strictObject({ place: placeSchema, name })).gives<Place>(),
  /** In the system's file manager. */
  'places.reveal': command(z.strictObject({ place: placeSchema })).gives<null>(),
  /** The system's dialog; an empty list when it was closed, or where there is none. */
  'places.pick': command(z.strictObject({ kind: z.enum(pickKinds) })).gives<readonly Place[]>(),
} as const
