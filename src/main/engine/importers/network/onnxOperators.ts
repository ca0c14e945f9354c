import { elementwise } from './onnxElementwise'
import { images } from './onnxImages'
import { layers } from './onnxLayers'
import type { Operator } from './onnxReading'
import { shapes } from './onnxShapes'

/** What is read of ONNX, by the name of the operator. */
export const operators: Readonly<Record<string, Operator>> = {
  ...elementwise,
  ...layers,
  ...images,
  ...shapes,
}
