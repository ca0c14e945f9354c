import type { ImportProgress } from '../features/datasets/importDataset'
import type { TrainEvent } from '../features/training/tasks/trainingTasks'
import type { CommandContext } from './context'
import type { ProgressTask } from './progress'

/** Shows a training on the terminal: a bar over all images of all epochs, and a record an epoch with --json. */
export function trainingReporter({ output, progress }: CommandContext) {
  let task: ProgressTask | null = null
  let perEpoch = 0
  const end = () => {
    task?.end()
    task = null
  }
  const onImport = ({ done, total }: ImportProgress) => {
    task ??= progress.start('Importing', total, 'images')
    task.setTotal(total)
    task.update(done)
  }
  const onEvent = (event: TrainEvent) => {
    switch (event.type) {
      case 'started': {
        end()
        perEpoch = event.images
        progress.note(
          `Training ${event.parameters.toLocaleString('en')} parameters on ${event.device} with ${event.runtime} ${event.version}.`,
        )
        output.record({ ...event, type: 'start' })
        task = progress.start('Training', event.epochs * perEpoch, 'images', event.finishedEpochs * perEpoch)
        break
      }
      case 'progress': {
        // With a budget their number is decided anew after each epoch.
        task?.setTotal(event.epochs * perEpoch)
        task?.update(
          (event.epoch - 1 + event.batch / event.batches) * perEpoch,
          `epoch ${event.epoch}/${event.epochs} · loss ${event.trainLoss.toPrecision(4)}`,
        )
        break
      }
      case 'epoch': {
        const { epoch, epochs, trainLoss, valLoss, psnr } = event.metrics
        task ??= progress.start('Training', epochs * perEpoch, 'images')
        task.setTotal(epochs * perEpoch)
        const quality = psnr === null ? '' : ` · ${psnr.toFixed(2)} dB`
        task.update(
          epoch * perEpoch,
          `epoch ${epoch}/${epochs} · loss ${(valLoss ?? trainLoss).toPrecision(4)}${quality}`,
        )
        output.record({ type: 'epoch', ...event.metrics })
        break
      }
    }
  }
  return { end, observe: { onEvent, onImport, onNote: (note: string) => progress.note(note) } }
}
