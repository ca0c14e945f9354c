import type { Ref } from 'vue'
import type { DenoisePicture } from '../../shared/api/denoising'
import { inBackground } from '../../shared/inBackground'
import { useBrush } from '../stores/useBrush'
import { maskKey, useStrengthMasks } from '../stores/useStrengthMasks'
import type { useControlHistory } from './useControlHistory'
import { useShortcuts } from './useShortcuts'

/** Takes back what was set; while the brush is on, its strokes. */
export function useUndoKeys(
  current: Ref<DenoisePicture | null | undefined>,
  history: Pick<ReturnType<typeof useControlHistory>, 'undo' | 'redo'>,
): void {
  const brush = useBrush()
  const masks = useStrengthMasks()
  const take = (which: 'undo' | 'redo') => {
    if (current.value && brush.paints(current.value)) masks[which](maskKey(current.value))
    else inBackground(history[which]())
  }
  useShortcuts(
    [
      { keys: 'Mod+Z', label: 'help.shortcut.undoControls', run: () => take('undo') },
      { keys: ['Shift+Mod+Z', 'Mod+Y'], label: 'help.shortcut.redoControls', run: () => take('redo') },
    ],
    'help.group.denoise',
  )
}
