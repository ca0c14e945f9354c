/**
 * Packages that are built into the main process and do not come along as packages: hundreds of small files each, which would be looked
 * for one by one whenever the command line starts.
 */
export const bundled = [
  'echarts',
  'zrender',
  'zod',
  'hyparquet-writer',
  'hyparquet',
  'image-size',
  'parse-exr',
  'cli-progress',
  'csv-parse',
  'commander',
  'pure-rand',
  'chokidar',
  'opentype.js',
  'protobufjs',
  'ml-kmeans',
  'ml-matrix',
]
