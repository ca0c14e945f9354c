/** A box by its middle, in pixels. */
export type Box = { x: number; y: number; width: number; height: number }

const rounds = 200

/**
 * Moves boxes apart until none covers another, each pair along the shorter way and half each; boxes that lie free
 * stay. Gives up after 200 rounds, with what it has.
 */
export function separateBoxes(boxes: Box[]): Box[] {
  const moved = boxes.map((box) => ({ ...box }))
  for (let round = 0; round < rounds; round++) {
    let free = true
    for (const [i, a] of moved.entries()) {
      for (const b of moved.slice(i + 1)) {
        if (pushApart(a, b)) free = false
      }
    }
    if (free) break
  }
  return moved
}

function pushApart(a: Box, b: Box): boolean {
  const overlapX = (a.width + b.width) / 2 - Math.abs(a.x - b.x)
  const overlapY = (a.height + b.height) / 2 - Math.abs(a.y - b.y)
  if (overlapX <= 0 || overlapY <= 0) return false
  if (overlapX < overlapY) {
    const step = ((a.x <= b.x ? 1 : -1) * (overlapX + 0.1)) / 2
    a.x -= step
    b.x += step
  } else {
    const step = ((a.y <= b.y ? 1 : -1) * (overlapY + 0.1)) / 2
    a.y -= step
    b.y += step
  }
  return true
}
