import { z } from 'zod'
import {
  type ComparedModel,
  denoiseControlsSchema,
  denoiseOutputSchema,
  type DenoisePicture,
  type DenoiseState,
  type OpenedPicture,
  type PictureView,
  rectangleSchema,
  type ReferenceFigures,
  strengthMaskSchema,
} from './denoising'
import type { Listing } from './events'
import type { PixelBlock } from './library'
import { maskLayers, type StrengthMask } from '../strengthMask'
import { placeSchema } from './places'

const nothing = z.strictObject({})
const name = z.string().trim().min(1, 'Give it a name.').max(120)
const picture = z.uuid('A picture is named by its id.')
const layer = z.enum(maskLayers).default('strength')
const pictures = z.array(picture).min(1).max(100_000)

/** Pictures to take the noise out of. */
export const denoiseCommands = {
  'denoise.list': nothing,
  'denoise.state': nothing,
  /** Pictures, and those in folders, to look at and to save. */
  'denoise.add': z.strictObject({ places: z.array(placeSchema).min(1).max(10_000) }),
  /** A picture of the clipboard, as the bytes of a file. */
  'denoise.paste': z.strictObject({
    name: z.string().trim().min(1).max(120),
    bytes: z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'A picture is bytes.'),
  }),
  /** Takes them off the list; files stay. */
  'denoise.remove': z.strictObject({ ids: pictures }),
  /** Puts back what was taken off the list. */
  'denoise.putBack': z.strictObject({ undo: z.uuid('What was removed is named by its key.') }),
  'denoise.thumbnail': z.strictObject({ id: picture, size: z.number().int().min(16).max(512) }),
  /** Reads it and estimates its noise. */
  'denoise.open': z.strictObject({ id: picture }),
  /** What is seen of it; what of that is not restored yet is worked on first, and events tell of it. */
  'denoise.view': z.strictObject({
    id: picture,
    controls: denoiseControlsSchema,
    rectangle: rectangleSchema,
    /** Pixels of the screen for one of the picture. */
    scale: z.number().min(1e-4).max(256),
    /** The version that the window has of the same place, to get only what has changed since; null for all of it. */
    since: z.number().int().nonnegative().nullable().default(null),
    /** With twice as much noise taken away, where the strength mask asks for more than the model takes else. */
    stronger: z.boolean().default(false),
  }),
  'denoise.setControls': z.strictObject({
    ids: pictures,
    controls: denoiseControlsSchema,
    /** Whether they are of these pictures alone; what it was if not given. */
    isOwn: z.boolean().optional(),
  }),
  /** What was painted over a picture. */
  'denoise.mask': z.strictObject({ id: picture, layer }),
  'denoise.setMask': z.strictObject({ id: picture, layer, mask: strengthMaskSchema.nullable() }),
  /** What looks like a scratch, as a mask of holes; null where nothing does. */
  'denoise.findScratches': z.strictObject({ id: picture }),
  /** The same part through several models, one after the other. */
  'denoise.compareModels': z.strictObject({
    id: picture,
    controls: denoiseControlsSchema,
    rectangle: rectangleSchema,
    models: z.array(denoiseControlsSchema.shape.model).min(1).max(12),
  }),
  /** A clean picture to measure against; null takes it away. */
  'denoise.setReference': z.strictObject({ id: picture, place: placeSchema.nullable() }),
  'denoise.measure': z.strictObject({ id: picture, controls: denoiseControlsSchema }),
  /** Puts pictures in the queue. */
  'denoise.save': z.strictObject({
    ids: pictures,
    output: denoiseOutputSchema,
    /** Also those that were done before in just this way. */
    again: z.boolean().default(false),
    /** Results of uploaded pictures stay with the app, to be downloaded, where no folder was chosen. */
    forDownload: z.boolean().default(false),
  }),
  /** Where results go from now on; null for the folder that each original is in. */
  'denoise.setFolder': z.strictObject({ folder: placeSchema.nullable() }),
  /** Makes the results of pictures one file that a browser can download. */
  'denoise.download': z.strictObject({ ids: pictures }),
  'denoise.pause': nothing,
  'denoise.resume': nothing,
  'denoise.stop': nothing,
  /** Shows the result in the system's file manager. */
  'denoise.reveal': z.strictObject({ id: picture }),
  'denoise.savePreset': z.strictObject({ name, controls: denoiseControlsSchema }),
  'denoise.removePreset': z.strictObject({ name }),
  /** What is seen, before and after beside each other, as a PNG in the folder. */
  'denoise.saveComparison': z.strictObject({
    id: picture,
    controls: denoiseControlsSchema,
    rectangle: rectangleSchema,
    /** Null for the folder that the original is in. */
    folder: placeSchema.nullable(),
    /** That of an uploaded picture stays with the app, to be downloaded, where there is no folder. */
    forDownload: z.boolean().default(false),
  }),
} as const

export interface DenoiseResults {
  'denoise.list': Listing<DenoisePicture>
  'denoise.state': DenoiseState
  /** Of those that can be looked at, also where they were there already. */
  'denoise.add': { readonly ids: readonly string[] }
  'denoise.paste': { readonly ids: readonly string[] }
  /** The key that `denoise.putBack` takes. */
  'denoise.remove': { readonly undo: string }
  'denoise.putBack': null
  'denoise.thumbnail': PixelBlock
  'denoise.open': OpenedPicture
  'denoise.view': PictureView
  'denoise.setControls': null
  'denoise.mask': StrengthMask | null
  /** Its name, as the row of the picture has it. */
  'denoise.setMask': { readonly mask: string | null }
  'denoise.findScratches': StrengthMask | null
  'denoise.compareModels': readonly ComparedModel[]
  'denoise.setReference': null
  'denoise.measure': ReferenceFigures
  'denoise.save': null
  'denoise.setFolder': null
  /** Path on the server that gives the file, and its name: of a picture, or of a zip of several. */
  'denoise.download': { readonly path: string; readonly name: string }
  'denoise.pause': null
  'denoise.resume': null
  'denoise.stop': null
  'denoise.reveal': null
  'denoise.savePreset': null
  'denoise.removePreset': null
  /** `download` is the path on the server that gives the file where it stayed with the app, else null. */
  'denoise.saveComparison': { readonly name: string; readonly download: string | null }
}
