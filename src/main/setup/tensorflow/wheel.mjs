/** What is to be known of TensorFlow's wheels, for the two ways to them: by pip (wheels.mjs), and by the app itself. */
export const tensorflowVersion = '2.21.0'

/** The library is the same in the wheels for all versions of Python, so one is as good as another. */
export const pythonVersion = '3.11'

/** On ARM the plain package is the one without CUDA. */
export const packageOf = (variant, isArm) => (variant === 'cuda' || isArm ? 'tensorflow' : 'tensorflow-cpu')

/** The libraries, in the folder `tensorflow` of a wheel, and the names by which a linker finds them. */
export const libraries = [
  ['libtensorflow_cc.so.2', 'libtensorflow.so'],
  ['libtensorflow_framework.so.2', 'libtensorflow_framework.so'],
]

/** Of the 4 GB of headers and Python in a wheel, what the addon is built with: paths in it begin so. */
export const headers = [
  'tensorflow/include/tensorflow/c/',
  'tensorflow/include/tensorflow/core/platform/',
  'tensorflow/include/tsl/',
  'tensorflow/include/xla/tsl/',
]
