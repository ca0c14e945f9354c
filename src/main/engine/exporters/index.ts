import type { Exporter } from './exporter'
import { onnxExporter } from './onnx'
import { pytorchExporter } from './pytorch'
import { savedModelExporter } from './savedModel'

const all = [onnxExporter, savedModelExporter, pytorchExporter] as const

export const exporters: ReadonlyMap<string, Exporter> = new Map(
  all.map((exporter) => [exporter.format, exporter]),
)
