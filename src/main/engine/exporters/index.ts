import { cExporter } from './cHeader'
import type { Exporter } from './exporter'
import { jsonExporter } from './json'
import { kerasExporter } from './keras'
import { onnxExporter } from './onnx'
import { pytorchExporter } from './pytorch'
import { savedModelExporter } from './savedModel'
import { tensorflowjsExporter } from './tensorflowjs'
import { trainingExporter } from './trainingProject'

const all = [
  onnxExporter,
  savedModelExporter,
  tensorflowjsExporter,
  kerasExporter,
  pytorchExporter,
  trainingExporter,
  cExporter,
  jsonExporter,
] as const

/** By format. Hourglass's own is a model's folder, which is not made anew: `features/models/hourglassFile` packs it. */
export const exporters: ReadonlyMap<string, Exporter> = new Map(
  all.map((exporter) => [exporter.format, exporter]),
)
