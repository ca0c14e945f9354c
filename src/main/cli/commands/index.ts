import type { RegisterCommand } from '../context'
import { registerAnomalies } from './anomalies'
import { registerBench } from './bench'
import { registerCheck } from './check'
import { registerCompare } from './compare'
import { registerCompress } from './compress'
import { registerDecode } from './decode'
import { registerDecompress } from './decompress'
import { registerDenoise } from './denoise'
import { registerDemo } from './demo'
import { registerDevices } from './devices'
import { registerEncode } from './encode'
import { registerEvaluate } from './evaluate'
import { registerExport } from './export'
import { registerFill } from './fill'
import { registerImportModel } from './importModel'
import { registerImport } from './import'
import { registerInspect } from './inspect'
import { registerInterpolate } from './interpolate'
import { registerLatent } from './latent'
import { registerLibrary } from './library'
import { registerMakeStart } from './makeStart'
import { registerNeighbours } from './neighbours'
import { registerRecommend } from './recommend'
import { registerReconstruct } from './reconstruct'
import { registerRestore } from './restore'
import { registerSample } from './sample'
import { registerServe } from './serve'
import { registerSetupTensorflow } from './setupTensorflow'
import { registerTrain } from './train'
import { registerTrainBuiltin } from './trainBuiltin'

/** In the order the help lists them. */
export const commands: RegisterCommand[] = [
  registerServe,
  registerDemo,
  registerDevices,
  registerSetupTensorflow,
  registerLibrary,
  registerCheck,
  registerSample,
  registerImport,
  registerTrain,
  registerCompare,
  registerDenoise,
  registerRestore,
  registerEvaluate,
  registerReconstruct,
  registerRecommend,
  registerFill,
  registerEncode,
  registerDecode,
  registerCompress,
  registerDecompress,
  registerInspect,
  registerLatent,
  registerInterpolate,
  registerNeighbours,
  registerAnomalies,
  registerExport,
  registerImportModel,
  registerBench,
  registerTrainBuiltin,
  registerMakeStart,
]
