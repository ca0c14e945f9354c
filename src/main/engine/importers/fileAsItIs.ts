import { ExpectedError } from '../../../shared/errors'
import type { ImportHints } from '../../../shared/importing'
import { type InputShape, modelSpecSchema } from '../../../shared/modelSpec'
import type { NodeOf } from '../../../shared/network'
import { FileProgram } from '../denoising/fileProgram'
import { pictures } from './compareWithFile'
import type { ImportedModel } from './importedModel'
import type { OnnxGraph } from './onnxGraph'
import { withoutChance } from './withoutChance'

type FileNode = NodeOf<'onnx-file'>
type Draft = Omit<FileNode, 'name' | 'cell' | 'isFixed' | 'halo'> & {
  readonly channels: InputShape['channels']
  /** Null where any size may do. */
  readonly sides: readonly [number, number] | null
}

/** Multiples of pixels that windows and strides of networks need, the smallest first; 7 and 8 are usual sides of windows. */
const cells = [8, 16, 32, 64, 56, 112, 128, 224, 256] as const
const largestHalo = 32

/**
 * An ONNX file from an image to one of the same size that none of Hourglass's operations say: it runs as it is, and
 * restores images in tiles. It is tried on a picture before it counts as one.
 *
 * @param why it is not read as a network
 * @returns null for what is no such file
 */
export async function fileAsItIs(
  bytes: Uint8Array,
  graph: OnnxGraph,
  hints: ImportHints,
  why: string,
): Promise<ImportedModel | null> {
  const draft = draftOf(graph, hints)
  if (!draft || graph.nodes.some(({ op }) => op.startsWith('Random') || op === 'Multinomial')) return null
  // The file itself, byte by byte, where it is whole.
  const original = graph.external.size > 0 ? withoutChance(bytes, graph.external) : bytes
  const found = await workingSize(original, draft, graph.outputs)
  if (!found) return null
  const { channels } = draft
  const { cell } = found
  const halo = found.isFixed ? Math.min(largestHalo, Math.floor(cell / 8)) : largestHalo
  const file: FileNode = { ...nodeOf(draft, found.output), name: 'file', cell, isFixed: found.isFixed, halo }
  const side = found.isFixed ? cell : Math.max(cell, 64)
  const spec = modelSpecSchema.safeParse({
    input: { height: side, width: side, channels },
    encoder: [],
    decoder: 'convolution',
    tying: 'untied',
    network: { nodes: [file], output: 'file', code: null },
    noiseLevel: draft.level !== undefined,
  })
  if (!spec.success) return null
  return {
    spec: spec.data,
    weights: {},
    name: null,
    about: {},
    proved: true,
    original,
    notes: [
      'It runs as the file that it is, on ONNX Runtime: it denoises pictures in tiles, and cannot be trained, measured or looked into.',
      `The reason: ${why.replace(/ Hourglass reads networks .*$/s, '')}`,
      found.isFixed
        ? `It takes images of ${cell} × ${cell} pixels, which are its tiles.`
        : `Its tiles are multiples of ${cell} pixels. What looks at a whole image looks at a tile here.`,
      ...(hints.range ? [] : ['Its images are assumed to be in 0..1. Say so if they are in another range.']),
      ...(draft.level === 'channel'
        ? ['Its last channel is taken for the strength of the noise, 1 being white.']
        : []),
    ],
  }
}

function nodeOf({ op, inputs, input, layout, range, level, levelInput }: Draft, output: string) {
  return {
    op,
    inputs,
    input,
    layout,
    range,
    output,
    ...(level ? { level } : {}),
    ...(levelInput ? { levelInput } : {}),
  }
}

const colors: Readonly<Record<number, 1 | 3>> = { 1: 1, 2: 1, 3: 3, 4: 3 }

/** What its inputs are, by their sizes; null for another number of inputs, or for what is no image. */
function draftOf({ inputs, outputs }: OnnxGraph, hints: ImportHints): Draft | null {
  const [image, second, ...more] = inputs
  const isImage = image?.isFloat && image.shape.length === 4 && (image.shape[0] ?? 1) === 1
  if (!isImage || more.length > 0 || !outputs[0] || (second && !second.isFloat)) return null
  const [, a, b, c] = image.shape
  const isLast = (c === 1 || c === 3 || c === 4) && a !== 1 && a !== 3 && a !== 4
  const given = (isLast ? c : a) ?? 0
  const channels = colors[given]
  if (!channels || (second && given !== channels)) return null
  const [height, width] = isLast ? [a, b] : [b, c]
  const level = second ? levelOf(second.shape) : given === channels ? undefined : ('channel' as const)
  if (level === null) return null
  return {
    op: 'onnx-file',
    inputs: level ? ['image', 'sigma'] : ['image'],
    input: image.name,
    output: outputs[0],
    layout: isLast ? 'channels-last' : 'channels-first',
    range: hints.range ?? '0..1',
    channels,
    ...(level ? { level } : {}),
    ...(second ? { levelInput: second.name } : {}),
    sides: height && width ? [height, width] : null,
  }
}

/** A second input: a map as large as the image, or one number. */
function levelOf(shape: readonly (number | null)[]): 'map' | 'number' | null {
  if (shape.length !== 4) return null
  return shape.slice(2).every((side) => side === 1) ? 'number' : 'map'
}

/** The least multiple of pixels with which it gives an image of the same size, also where height and width differ. */
async function workingSize(
  bytes: Uint8Array,
  draft: Draft,
  outputs: readonly string[],
): Promise<{ cell: number; isFixed: boolean; output: string } | null> {
  const { channels, sides } = draft
  if (sides && sides[0] !== sides[1]) return null
  for (const output of outputs) {
    const node: FileNode = { ...nodeOf(draft, output), name: 'file', cell: 1, isFixed: false, halo: 0 }
    const program = await FileProgram.open(bytes, node, channels).catch(onlyExpected)
    if (!program) return null
    try {
      const gives = async (height: number, width: number) => {
        const [image] = pictures({ height, width, channels })
        const [made] = await program.run([{ images: image!, sigma: 25 }], { height, width }).catch(() => [])
        return made?.every(Number.isFinite) ?? false
      }
      if (sides) {
        if (await gives(...sides)) return { cell: sides[0], isFixed: true, output }
        continue
      }
      for (const cell of cells)
        if (
          (await gives(cell, 3 * cell)) &&
          (await gives(5 * cell, cell)) &&
          (await gives(2 * cell, 2 * cell))
        )
          return { cell, isFixed: false, output }
      for (const cell of cells.toReversed())
        if (await gives(cell, cell)) return { cell, isFixed: true, output }
    } finally {
      await program.dispose()
    }
  }
  return null
}

/** What ONNX Runtime does not load is no model. */
function onlyExpected(error: unknown): null {
  if (error instanceof ExpectedError) return null
  throw error
}
