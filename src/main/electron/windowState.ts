import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BrowserWindow, type Rectangle, screen } from 'electron'
import { z } from 'zod'

const stateSchema = z.object({
  x: z.number(),
  y: z.number(),
  width: z.number().min(400),
  height: z.number().min(300),
  isMaximized: z.boolean(),
})
type WindowState = z.infer<typeof stateSchema>

const pathIn = (folder: string) => join(folder, 'window.json')

/** Where the window was, unless no display shows that place any more. */
export function readWindowState(folder: string): (Rectangle & { isMaximized: boolean }) | null {
  try {
    const state = stateSchema.parse(JSON.parse(readFileSync(pathIn(folder), 'utf8')))
    return isVisible(state) ? state : null
  } catch {
    return null // The first start, or a file that was cut off.
  }
}

/** Kept when the window closes. */
export function keepWindowState(window: BrowserWindow, folder: string): void {
  window.on('close', () => {
    const state: WindowState = { ...window.getNormalBounds(), isMaximized: window.isMaximized() }
    try {
      writeFileSync(pathIn(folder), JSON.stringify(state))
    } catch {
      // It opens at its usual place next time.
    }
  })
}

function isVisible({ x, y, width, height }: Rectangle): boolean {
  return screen.getAllDisplays().some(({ workArea }) => {
    const right = Math.min(x + width, workArea.x + workArea.width)
    const bottom = Math.min(y + height, workArea.y + workArea.height)
    return right - Math.max(x, workArea.x) > 100 && bottom - Math.max(y, workArea.y) > 100
  })
}
