import type { DenoiseControls, DenoisePicture } from '../../../shared/api/denoising'
import type { Setting } from '../../composables/useControlHistory'

type Set = Pick<DenoisePicture, 'id' | 'controls' | 'hasOwnControls'>

/** What is set for pictures, those with the same together. */
export function settingsOf(pictures: readonly Set[]): Setting[] {
  const groups = new Map<string, { ids: string[]; controls: DenoiseControls; isOwn: boolean }>()
  for (const { id, controls, hasOwnControls: isOwn } of pictures) {
    const key = JSON.stringify([controls, isOwn])
    const group = groups.get(key) ?? { ids: [], controls, isOwn }
    group.ids.push(id)
    groups.set(key, group)
  }
  return [...groups.values()]
}

/** The pictures that a change of what is set for one is for: it alone, or all that have no settings of their own. */
export const changedWith = (picture: Set, all: readonly Set[]): string[] =>
  picture.hasOwnControls
    ? [picture.id]
    : all.filter(({ hasOwnControls }) => !hasOwnControls).map(({ id }) => id)

/** What is set for all that have no settings of their own; what the picture has where there are no others. */
export const sharedControls = (picture: Set, all: readonly Set[]): DenoiseControls =>
  all.find(({ id, hasOwnControls }) => !hasOwnControls && id !== picture.id)?.controls ?? picture.controls
