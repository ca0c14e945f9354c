/** The one place that names the version of TensorFlow's wheels. */
export const tensorflowVersion = '2.21.0'
