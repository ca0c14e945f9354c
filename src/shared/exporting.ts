/** `full` draws an image again; `encoder` gives its code; `decoder` draws a code. */
export const modelParts = ['full', 'encoder', 'decoder'] as const
export type ModelPart = (typeof modelParts)[number]

/** What a model can be written as for other programs. */
export const exportFormats = ['onnx', 'savedmodel', 'pytorch'] as const
export type ExportFormat = (typeof exportFormats)[number]

/** `float`: float32 in 0..1; `uint8`: bytes in and out, with the scaling inside. */
export const pixelKinds = ['float', 'uint8'] as const
export type PixelKind = (typeof pixelKinds)[number]
