import { loadTensorflowIn } from './engine/runtimes/tensorflow/binding'

/**
 * A program of its own: loads the TensorFlow in the folder that it is given, computes with it, and prints what it is. A library that
 * does not fit can end the process that loads it.
 */
const [folder] = process.argv.slice(2)
try {
  const binding = loadTensorflowIn(folder!)
  const row = binding.createTensor([1, 2], binding.TF_FLOAT, Float32Array.of(1, 2))
  const column = binding.createTensor([2, 1], binding.TF_FLOAT, Float32Array.of(3, 4))
  const attributes = [
    { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    { name: 'transpose_a', type: binding.TF_ATTR_BOOL, value: false },
    { name: 'transpose_b', type: binding.TF_ATTR_BOOL, value: false },
  ]
  const [product] = binding.executeOp('MatMul', attributes, [row, column], 1)
  const value = binding.tensorDataSync(product!.id)[0]
  if (value !== 11) throw new Error(`1·3 + 2·4 came out as ${value}.`)
  print(JSON.stringify({ version: binding.TF_Version, gpu: binding.isUsingGpuDevice() }), 0)
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`, () => process.exit(1))
}

/** TensorFlow's threads would keep the process. */
function print(line: string, code: number): void {
  process.stdout.write(`${line}\n`, () => process.exit(code))
}
