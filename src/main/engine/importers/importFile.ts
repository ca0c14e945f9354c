import type { ImportHints } from '../../../shared/importing'
import { ExpectedError } from '../../../shared/errors'
import { onnxFileOf } from '../../../shared/network'
import { type ModelInfo, modelInfoSchema } from '../../../shared/run'
import { unzip } from '../files/zip'
import type { Weight } from '../models/weights'
import { type ImportedModel, parseJson, unreadable } from './importedModel'
import { importJson, jsonModelSchema } from './json'
import { importKeras, importKerasH5, kerasFiles } from './keras'
import { limits } from './limits'
import { importOnnxFile } from './onnxFile'
import { importSafetensors } from './safetensors'
import { importSavedModel } from './savedModel'
import { importTensorflowjs } from './tensorflowjs'
import { importStateDict } from './torch/stateDict'
import {
  isTorchLegacy,
  isTorchZip,
  readTorchLegacy,
  readTorchZip,
  type TorchTensors,
} from './torch/torchFile'
import { sentence } from '../../../shared/texts/sentence'

/** A file as an importer gets it. Nothing else of the disk is looked at. */
export interface FileToImport {
  /** For sentences. */
  readonly name: string
  readonly bytes: Uint8Array
  /** Where it lies, for those who run it; without one what is read of it is not compared. */
  readonly path?: string
  /** A file in the same folder, or in "variables" there. @throws ExpectedError when there is none */
  beside(name: string): Promise<Uint8Array>
  /** Of a safetensors file: the store knows the format. @throws ExpectedError */
  safetensors(bytes: Uint8Array): {
    weights: Readonly<Record<string, Weight>>
    metadata: Readonly<Record<string, string>>
    /** Whether its numbers are in half precision. */
    isHalf?: boolean
  }
}

/** A model, and what a file of Hourglass's own has beside it. */
export interface ImportedFile extends ImportedModel {
  readonly info: ModelInfo | null
  /** A PNG. */
  readonly preview: Uint8Array | null
}

/**
 * Reads a model, by what the file is and not by what it is called. No program in it is run.
 * @throws ExpectedError with a sentence for whatever cannot be read
 */
export async function importFile(file: FileToImport, hints: ImportHints): Promise<ImportedFile> {
  const { name, bytes } = file
  if (bytes.length > limits.file)
    throw unreadable(name, sentence('importing.largerThan', { most: limits.file / 1e9 }))
  const kind = kindOf(bytes, name)
  switch (kind) {
    case 'zip':
      return importZip(file, hints)
    case 'json':
      return bare(await importText(file, hints))
    case 'safetensors': {
      const { weights, metadata, isHalf } = file.safetensors(bytes)
      const model = importSafetensors(weights, metadata, name, hints)
      return bare(isHalf ? { ...model, isHalf } : model)
    }
    case 'torch':
      return bare(ofTorch(readTorchLegacy(bytes, name), name, hints))
    case 'hdf5':
      return bare(await importKerasH5(bytes, name, hints))
    case 'savedmodel':
      return bare(await importSavedModel(file, hints))
    case 'onnx':
      return bare(await importOnnxFile(file, hints))
  }
}

type Kind = 'zip' | 'torch' | 'json' | 'safetensors' | 'hdf5' | 'savedmodel' | 'onnx'

/** By the first bytes, and by the ending only where those do not tell. */
function kindOf(bytes: Uint8Array, name: string): Kind {
  const starts = (...wanted: number[]) => wanted.every((byte, i) => bytes[i] === byte)
  if (starts(0x50, 0x4b, 3, 4)) return 'zip'
  if (starts(0x89, 0x48, 0x44, 0x46)) return 'hdf5'
  if (bytes.length > 9 && bytes[8] === 0x7b && !starts(0x7b)) return 'safetensors'
  const first = bytes.find((byte) => byte > 0x20)
  if (first === 0x7b) return 'json'
  if (isTorchLegacy(bytes)) return 'torch'
  if (starts(0x80, 2) || starts(0x80, 4) || /\.(pt|pth|ckpt|pkl)$/i.test(name)) throw isPickle(name)
  if (/\.pb$/i.test(name)) return 'savedmodel'
  return 'onnx'
}

const isPickle = (name: string) =>
  new ExpectedError('unsupported', sentence('importing.otherPickle', { name }))

/** What is looked for in a zip, and the most bytes that it may have. */
const inZip = {
  'model.json': limits.description,
  'weights.safetensors': limits.file,
  'preview.png': 50_000_000,
  'model.onnx': limits.file,
  [kerasFiles.config]: limits.description,
  [kerasFiles.own]: limits.description,
  [kerasFiles.weights]: limits.file,
}

/** A .hourglass file, a .keras file, or one of torch.save. */
async function importZip(file: FileToImport, hints: ImportHints): Promise<ImportedFile> {
  const { name, bytes } = file
  if (/\.pt2$/i.test(name))
    throw new ExpectedError('unsupported', sentence('importing.exportedProgram', { name }))
  if (isTorchZip(bytes) || /\.(pt|pth|ckpt|pkl|tar)$/i.test(name))
    return bare(ofTorch(readTorchZip(bytes, name), name, hints))
  let parts: ReadonlyMap<string, Uint8Array>
  try {
    parts = unzip(bytes, inZip)
  } catch (error) {
    throw unreadable(name, sentence('importing.damagedZip', { what: (error as Error).message }), error)
  }
  return parts.has(kerasFiles.config)
    ? bare(await importKeras(parts, name, hints))
    : importHourglass(parts, file)
}

function importHourglass(
  parts: ReadonlyMap<string, Uint8Array>,
  { name, safetensors }: FileToImport,
): ImportedFile {
  const [model, stored] = [parts.get('model.json'), parts.get('weights.safetensors')]
  if (!model || !stored) {
    throw unreadable(name, sentence('importing.otherZip'))
  }
  const parsed = modelInfoSchema.safeParse(parseJson(model, name, 'model.json in it'))
  if (!parsed.success)
    throw unreadable(name, `model.json in it is damaged (${parsed.error.issues[0]!.message})`)
  const info = parsed.data
  const { weights } = safetensors(stored)
  const preview = parts.get('preview.png') ?? null
  const original = info.spec.network && onnxFileOf(info.spec.network) ? parts.get('model.onnx') : null
  if (original === undefined) throw unreadable(name, sentence('importing.lacksOriginal'))
  const whole = { spec: info.spec, weights, name: info.name, about: {}, notes: [], info, preview }
  return original ? { ...whole, original } : whole
}

const ofTorch = ({ tensors, isHalf }: TorchTensors, name: string, hints: ImportHints): ImportedModel => {
  const model = importStateDict(tensors, true, name, hints)
  return isHalf ? { ...model, isHalf } : model
}

const bare = (model: ImportedModel): ImportedFile => ({ ...model, info: null, preview: null })

async function importText(file: FileToImport, hints: ImportHints): Promise<ImportedModel> {
  const json = parseJson(file.bytes, file.name)
  const own = jsonModelSchema.safeParse(json)
  if (own.success) return importJson(own.data, file.name)
  return importTensorflowjs(json, file.name, (name) => file.beside(name), hints)
}
