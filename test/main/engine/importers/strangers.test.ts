import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { noHints } from '../../../../src/shared/importing'
import { readModelFile } from '../../../../src/main/features/models/tasks/readModelFile'
import { faultsOf, modelsOf } from '../../../support/chainFaults'
import { hasPeersPython } from '../../../support/peersPython'

const read = (folder: string, name: string) => readModelFile({ path: join(folder, name), hints: noHints })

/** Networks as people write and keep them, each along the whole chain of import, training, map and export. */
describe('models as strangers have them', () => {
  it.skipIf(!hasPeersPython('keras', 'h5py', 'numpy'))(
    'in Keras: weights alone, halves, tied layers and half precision',
    async () => {
      const { folder, models } = await modelsOf('strangers_keras')
      expect(models.length).toBeGreaterThanOrEqual(25)
      expect(await faultsOf(models)).toEqual([])
      await expect(read(folder, 'bad_skips.weights.h5')).rejects.toThrow(/skip connections.+model\.save/)
      expect((await read(folder, 'encoder_keras.keras')).notes.join()).toContain('holds an encoder alone')
      expect((await read(folder, 'decoder_keras.keras')).notes.join()).toContain('holds a decoder alone')
      const { proved, notes } = await read(folder, 'halves_weights.weights.h5')
      expect(proved).toBe(false)
      expect(notes.join()).toMatch(/assumed relu.+Not proved/)
    },
    900_000,
  )

  it.skipIf(!hasPeersPython('torch', 'onnx', 'onnxruntime', 'numpy'))(
    'in PyTorch and ONNX: state_dicts with skips and ties, halves, channels last, opsets 9 to 22',
    async () => {
      const { folder, models } = await modelsOf('strangers_torch')
      expect(models.length).toBeGreaterThanOrEqual(45)
      expect(await faultsOf(models)).toEqual([])
      await expect(read(folder, 'bad_whole.pt')).rejects.toThrow(/__main__\.Rows.+state_dict/)
      await expect(read(folder, 'bad_script.pt')).rejects.toThrow(/TorchScript.+state_dict/)
      await expect(read(folder, 'bad_program.pt2')).rejects.toThrow(/torch\.export.+state_dict/)
      await expect(read(folder, 'bad_skips.pth')).rejects.toThrow(
        /"d1".+skip connections.+torch\.onnx\.export/,
      )
      const { spec, proved, notes } = await read(folder, 'drunet_pth.pth')
      expect([spec.noiseLevel, proved]).toEqual([true, false])
      expect(notes.join()).toContain('taken for DRUNet')
    },
    900_000,
  )
})
