import type { BatchSource, EpochBatches } from './shuffledBatches'

/**
 * Epochs of a given number of images: some of a pass through all images, or several passes. Passes follow each other without a
 * gap, so all images are seen equally often. An epoch of few images would be over before it could be measured, one of very many
 * would outlast the time that a run has.
 */
export class ResizedEpochs implements BatchSource {
  constructor(
    private readonly passes: BatchSource,
    readonly imagesPerEpoch: number,
    private readonly imageBytes: number,
  ) {}

  async epoch(epoch: number, skip: number): Promise<EpochBatches> {
    const perPass = this.passes.imagesPerEpoch
    let drawn = epoch * this.imagesPerEpoch + skip
    let pass = await this.passes.epoch(Math.floor(drawn / perPass), drawn % perPass)
    return {
      next: async (count, into) => {
        const size = this.imageBytes
        for (let done = 0; done < count;) {
          if (drawn % perPass === 0 && drawn > 0) pass = await this.passes.epoch(drawn / perPass, 0)
          const taken = Math.min(count - done, perPass - (drawn % perPass))
          await pass.next(taken, into.subarray(done * size, (done + taken) * size))
          done += taken
          drawn += taken
        }
      },
    }
  }
}
