/** Loads TensorFlow, computes something, and prints what it is as JSON. A program of its own: see verify.mjs. */
import '../tfjsNodeCompatibility.mjs'

const { default: tf } = await import('@tensorflow/tfjs-node-gpu')
const product = tf.matMul([[1, 2]], [[3], [4]]).dataSync()
if (product[0] !== 11) throw new Error(`1·3 + 2·4 came out as ${product[0]}`)
const { binding, isUsingGpuDevice } = tf.backend()
console.log(JSON.stringify({ version: binding.TF_Version, gpu: isUsingGpuDevice }))
