import { type ExportFormat, terminal, whole } from './format'

export const training: ExportFormat = {
  id: 'training',
  ending: null,
  abilities: whole,
  language: terminal,
  example: () => `pip install -r requirements.txt
python train_torch.py IMAGES --epochs 10                             # one device
torchrun --nproc-per-node 4 train_torch.py IMAGES --epochs 10        # four GPUs
python train_keras.py IMAGES --epochs 10                             # all GPUs of this machine, Keras
# Several machines: see the first lines of each script. Back into Hourglass:
hourglass import-model trained.safetensors --out trained             # or trained.keras`,
  load: () => import('../trainingProject').then(({ trainingExporter }) => trainingExporter),
}
