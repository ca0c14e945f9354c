import { ExpectedError } from '../../../shared/errors'
import type { ImportHints } from '../../../shared/importing'
import type { ImportedModel } from './importedModel'
import { chainOf, type Network, type WeightsOf } from './layerConfigs'
import { modelOfChain } from './mirrorOf'
import { keepsTies, withTies } from './network/sharedKernels'
import { networkOfLayers } from './network/kerasNetwork'

/**
 * A model out of layers: one whose second half mirrors the first, or any other as it stands.
 * @throws ExpectedError `unsupported`, naming the layer that is not read
 */
export function modelOfLayers(network: Network, weightsOf: WeightsOf, hints: ImportHints): ImportedModel {
  const read = () => {
    try {
      const mirror = modelOfChain(chainOf(network, weightsOf), hints)
      return keepsTies(mirror) ? mirror : withTies(mirror, () => networkOfLayers(network, weightsOf, hints))
    } catch (error) {
      if (!(error instanceof ExpectedError) || error.code !== 'unsupported') throw error
      return networkOfLayers(network, weightsOf, hints)
    }
  }
  return { ...read(), proved: false }
}
