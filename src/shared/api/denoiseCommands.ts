import { z } from 'zod'
import { command } from './command'
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
import { type Place, placeSchema } from './places'

const nothing = z.strictObject({})
const name = z.string().trim().min(1, 'Give it a name.').max(120)
const picture = z.uuid('A picture is named by its id.')
const layer = z.enum(maskLayers).default('strength')
const pictures = z.array(picture).min(1).max(100_000)

/** Pictures to take the noise out of. */
export const denoiseCommands = {
  'denoise.list': command(nothing).gives<Listing<DenoisePicture>>(),
  'denoise.state': command(nothing).gives<DenoiseState>(),
  /**
   * Pictures, and those in folders, to look at and to save. Gives those that can be looked at, also where they were
   * there already.
   */
  'denoise.add': command(z.strictObject({ places: z.array(placeSchema).min(1).max(10_000) })).gives<{
    readonly ids: readonly string[]
  }>(),
  /** A picture of the clipboard, as the bytes of a file. */
  'denoise.paste': command(
    z.strictObject({
      name: z.string().trim().min(1).max(120),
      bytes: z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'A picture is bytes.'),
    }),
  ).gives<{ readonly ids: readonly string[] }>(),
  /** Takes them off the list; files stay. Gives the key that `denoise.putBack` takes. */
  'denoise.remove': command(z.strictObject({ ids: pictures })).gives<{ readonly undo: string }>(),
  /** Puts back what was taken off the list. */
  'denoise.putBack': command(
    z.strictObject({ undo: z.uuid('What was removed is named by its key.') }),
  ).gives<null>(),
  'denoise.thumbnail': command(
    z.strictObject({ id: picture, size: z.number().int().min(16).max(512) }),
  ).gives<PixelBlock>(),
  /** Reads it and estimates its noise. */
  'denoise.open': command(z.strictObject({ id: picture })).gives<OpenedPicture>(),
  /** What is seen of it; what of that is not restored yet is worked on first, and events tell of it. */
  'denoise.view': command(
    z.strictObject({
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
  ).gives<PictureView>(),
  'denoise.setControls': command(
    z.strictObject({
      ids: pictures,
      controls: denoiseControlsSchema,
      /** Whether they are of these pictures alone; what it was if not given. */
      isOwn: z.boolean().optional(),
    }),
  ).gives<null>(),
  /** What was painted over a picture. */
  'denoise.mask': command(z.strictObject({ id: picture, layer })).gives<StrengthMask | null>(),
  /** Its name, as the row of the picture has it. */
  'denoise.setMask': command(
    z.strictObject({ id: picture, layer, mask: strengthMaskSchema.nullable() }),
  ).gives<{ readonly mask: string | null }>(),
  /** What looks like a scratch, as a mask of holes; null where nothing does. */
  'denoise.findScratches': command(z.strictObject({ id: picture })).gives<StrengthMask | null>(),
  /** The same part through several models, one after the other. */
  'denoise.compareModels': command(
    z.strictObject({
      id: picture,
      controls: denoiseControlsSchema,
      rectangle: rectangleSchema,
      models: z.array(denoiseControlsSchema.shape.model).min(1).max(12),
    }),
  ).gives<readonly ComparedModel[]>(),
  /** A clean picture to measure against; null takes it away. */
  'denoise.setReference': command(
    z.strictObject({ id: picture, place: placeSchema.nullable() }),
  ).gives<null>(),
  'denoise.measure': command(
    z.strictObject({ id: picture, controls: denoiseControlsSchema }),
  ).gives<ReferenceFigures>(),
  /** Puts pictures in the queue. */
  'denoise.save': command(
    z.strictObject({
      ids: pictures,
      output: denoiseOutputSchema,
      /** Also those that were done before in just this way. */
      again: z.boolean().default(false),
      /** Results of uploaded pictures stay with the app, to be downloaded, where no folder was chosen. */
      forDownload: z.boolean().default(false),
    }),
  ).gives<null>(),
  /** Where results go from now on; null for the folder that each original is in. */
  'denoise.setFolder': command(z.strictObject({ folder: placeSchema.nullable() })).gives<null>(),
  /**
   * Makes the results of pictures one file that a browser can download. Gives the path on the server that gives the
   * file, and its name: of a picture, or of a zip of several.
   */
  'denoise.download': command(z.strictObject({ ids: pictures })).gives<{
    readonly path: string
    readonly name: string
  }>(),
  'denoise.pause': command(nothing).gives<null>(),
  'denoise.resume': command(nothing).gives<null>(),
  'denoise.stop': command(nothing).gives<null>(),
  /** The file of the result, to be dragged out of the window. */
  'denoise.resultFile': command(z.strictObject({ id: picture })).gives<Place>(),
  /** Shows the result in the system's file manager. */
  'denoise.reveal': command(z.strictObject({ id: picture })).gives<null>(),
  'denoise.savePreset': command(z.strictObject({ name, controls: denoiseControlsSchema })).gives<null>(),
  'denoise.removePreset': command(z.strictObject({ name })).gives<null>(),
  /**
   * What is seen, before and after beside each other, as a PNG in the folder. Gives in `download` the path on the server
   * where the file stayed with the app, else null.
   */
  'denoise.saveComparison': command(
    z.strictObject({
      id: picture,
      controls: denoiseControlsSchema,
      rectangle: rectangleSchema,
      /** Null for the folder that the original is in. */
      folder: placeSchema.nullable(),
      /** That of an uploaded picture stays with the app, to be downloaded, where there is no folder. */
      forDownload: z.boolean().default(false),
    }),
  ).gives<{ readonly name: string; readonly download: string | null }>(),
} as const
