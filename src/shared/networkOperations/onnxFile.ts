import { z } from 'zod'
import { flatOrder, operation } from './operation'

/**
 * An ONNX file as it is, model.onnx in the model's folder: no operation of ours says it. It restores images and does
 * nothing else.
 */
export const onnxFile = operation(
  'onnx-file',
  {
    input: z.string(),
    layout: flatOrder,
    output: z.string(),
    range: z.enum(['0..1', '0..255', '-1..1']),
    /** How it is told the strength of the noise: in a channel behind those of the image, or by an input of its own. */
    level: z.enum(['channel', 'map', 'number']).optional(),
    levelInput: z.string().optional(),
    /** Height and width of its images are multiples of it; where `isFixed`, they are just that. */
    cell: z.number().int().min(1).max(4096),
    isFixed: z.boolean(),
    /** Pixels around what is kept of a tile. */
    halo: z.number().int().min(0).max(256),
  },
  // It may be told the strength of the noise.
  { reads: 'any' },
)
