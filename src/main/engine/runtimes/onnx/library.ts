import * as ort from 'onnxruntime-node'

// Its builds for Linux and macOS otherwise keep an identifier of the device and send Microsoft what is run (ONNX Runtime
// from 1.29 on). It asks the environment of the process when the first session is made.
process.env.ORT_DISABLE_TELEMETRY = '1'

export { ort }
