/** Brings TensorFlow's library where there is an NVIDIA card for it to compute on. */
async function setupGpu() {
  const { hasNvidiaGpu } = await import('./tensorflow/nvidia.mjs')
  if (!(await hasNvidiaGpu())) return
  const { setupTensorflow } = await import('./setupTensorflow.mjs')
  const result = await setupTensorflow()
  if (!result.ok)
    console.error(`TensorFlow is not available (${result.message}) Going on with the ONNX runtime.`)
}

module.exports = { setupGpu }
