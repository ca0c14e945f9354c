import type { PixelBlock } from '../../shared/api/library'
import { client } from '../api/client'
import { useChoosePlaces } from './useChoosePlaces'
import { useCommand } from './useCommand'

type Shape = Pick<PixelBlock, 'width' | 'height' | 'channels'>

/** Lets a person choose a folder, and imports its images as the plan for them says. */
export function useImportFolder() {
  const { choose } = useChoosePlaces()

  /**
   * Resolves to the id of the dataset, which is being imported then; undefined where nothing was chosen.
   *
   * @param shape that the images are to have; null leaves it to the plan
   */
  const { run: importFolder, busy } = useCommand(async (shape: Shape | null) => {
    const chosen = await choose('folders')
    if (chosen.length === 0) return undefined
    const places = chosen.map(({ place }) => place)
    const { preprocessing } = await client.invoke('training.plan', { source: { places } })
    const { id } = await client.invoke('datasets.import', {
      places,
      preprocessing: {
        ...preprocessing,
        ...(shape && {
          width: shape.width,
          height: shape.height,
          color: shape.channels === 3 ? 'rgb' : 'grey',
          patches: null,
        }),
      },
    })
    return id
  })
  return { importFolder, busy }
}
