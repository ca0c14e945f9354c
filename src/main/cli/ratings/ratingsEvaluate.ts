import { ExpectedError } from '../../../shared/errors'
import { evaluateOnRatings } from '../../features/ratings/useRatings'
import { createComputeClient } from '../compute'
import type { CommandContext } from '../context'
import { counted, formatAmount } from '../format'

/** `hourglass evaluate` where the model is a recommender. */
export async function evaluateRatings(
  model: string,
  files: readonly string[],
  context: CommandContext,
): Promise<void> {
  if (files.length > 1)
    throw new ExpectedError('bad-usage', 'Ratings are measured one file at a time. Name one file.')
  const { output, signal } = context
  const client = createComputeClient()
  try {
    const { rmse, mae, count, unknown, baselines } = await evaluateOnRatings(model, files[0]!, {
      client,
      signal,
    })
    output.line(counted(count, 'rating'))
    output.line(`RMSE  ${rmse.toFixed(4)}`)
    output.line(`MAE   ${mae.toFixed(4)}`)
    const { mean, bias, factorization } = baselines
    output.line(
      `RMSE of the mean ${mean.rmse.toFixed(4)}, of user + item bias ${bias.rmse.toFixed(4)}, of matrix factorisation ${factorization.rmse.toFixed(4)}`,
    )
    if (unknown.ratings > 0)
      output.line(
        `${formatAmount(unknown.ratings)} of them are of users or items that the model has never seen, and were predicted by the biases alone.`,
      )
    output.record({ type: 'done', rmse, mae, count, unknown, baselines })
  } finally {
    await client.dispose()
  }
}
