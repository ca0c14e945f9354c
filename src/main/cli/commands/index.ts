import type { RegisterCommand } from '../context'
import { registerBench } from './bench'
import { registerDecode } from './decode'
import { registerDemo } from './demo'
import { registerDevices } from './devices'
import { registerEncode } from './encode'
import { registerEvaluate } from './evaluate'
import { registerImport } from './import'
import { registerReconstruct } from './reconstruct'
import { registerSample } from './sample'
import { registerTrain } from './train'

/** In the order the help lists them. */
export const commands: RegisterCommand[] = [
  registerDemo,
  registerDevices,
  registerSample,
  registerImport,
  registerTrain,
  registerEvaluate,
  registerReconstruct,
  registerEncode,
  registerDecode,
  registerBench,
]
