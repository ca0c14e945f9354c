/** Endings of files that a model may be in, without the dot. */
export const modelExtensions = [
  'hourglass',
  'onnx',
  'keras',
  'safetensors',
  'json',
  'pb',
  'h5',
  'pth',
  'pt',
] as const

/** Whether a file is surely a model by its name: .json and .pb may be anything. */
export const isModelFile = (name: string): boolean =>
  /\.(hourglass|onnx|keras|h5|safetensors|pth|pt)$/i.test(name)

/** The ending of files of compressed images. */
export const compressedExtension = 'hgz'
export const isCompressedFile = (name: string): boolean => /\.hgz$/i.test(name)

/** Whether a file may be a model by its name. */
export const mayBeModelFile = (name: string): boolean =>
  modelExtensions.some((extension) => name.toLowerCase().endsWith(`.${extension}`))
