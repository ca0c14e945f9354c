type Translate = (key: string, values: Record<string, unknown>) => string

/** When pictures of a run were made: after an epoch, or before the first one. */
export const whenOf = (t: Translate, epoch: number): string =>
  t(epoch === 0 ? 'run.beforeTraining' : 'run.afterEpoch', { epoch })
