import { ExpectedError } from '../../../../shared/errors'
import { sentence } from '../../../../shared/texts/sentence'
import { cHeader } from './cHeader'
import type { ExportFormat } from './format'
import { hourglass } from './hourglass'
import { json } from './json'
import { keras } from './keras'
import { onnx } from './onnx'
import { pytorch } from './pytorch'
import { savedModel } from './savedModel'
import { tensorflowjs } from './tensorflowjs'
import { training } from './training'

/** In the order in which they are offered. */
export const exportFormats: readonly ExportFormat[] = [
  hourglass,
  onnx,
  savedModel,
  tensorflowjs,
  keras,
  pytorch,
  training,
  cHeader,
  json,
]

/** @throws ExpectedError `bad-input` for what is no format, with those that there are */
export function exportFormat(id: string): ExportFormat {
  const found = exportFormats.find((format) => format.id === id)
  if (found) return found
  const known = exportFormats.map((format) => format.id).join(', ')
  throw new ExpectedError('bad-input', sentence('models.noSuchFormat', { id, known }))
}
