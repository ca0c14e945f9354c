import { exportModel } from './exportModel'
import { decode, encode, evaluate, reconstruct } from './inference'
import { measureRounding } from './measureRounding'
import { readModelFile } from './readModelFile'
import { reconstructPca } from './reconstructPca'
import { codeRange, corrupt, tryCode, tryImage } from './tryModel'

/** What the compute worker does for this room, by the name under which it is called. */
export const modelTasks = {
  exportModel,
  decode,
  encode,
  evaluate,
  reconstruct,
  measureRounding,
  readModelFile,
  reconstructPca,
  codeRange,
  corrupt,
  tryCode,
  tryImage,
}
