import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { DenoisePicture } from '../../shared/api/denoising'
import { neutralPercent } from '../../shared/strengthMask'

export const brushTools = ['paint', 'erase'] as const
export type BrushTool = (typeof brushTools)[number]

/** In pixels of the page. */
export const brushSizes = { least: 8, most: 400 }
const step = 1.25

/** How it is painted where noise is taken out, and how strongly. It outlasts the screen. */
export const useBrush = defineStore('brush', () => {
  const isOn = shallowRef(false)
  const tool = shallowRef<BrushTool>('paint')
  const diameter = shallowRef(80)
  const hardness = shallowRef(0.5)
  /** Of the strength that is set: what is painted. */
  const amount = shallowRef(0)
  const isMaskShown = shallowRef(true)
  const percent = computed(() => (tool.value === 'erase' ? neutralPercent : Math.round(100 * amount.value)))
  const resize = (times: -1 | 1) => {
    const next = Math.round(diameter.value * step ** times)
    diameter.value = Math.min(brushSizes.most, Math.max(brushSizes.least, next))
  }
  /** Whether it is in hand over a picture: damage of most kinds is taken out of all of it. */
  const paints = ({ controls: { kind } }: Pick<DenoisePicture, 'controls'>) =>
    isOn.value && (kind === 'noise' || kind === 'holes')
  /** In hand to paint what is to be filled, with a tip as thin as scratches are. */
  const takeForHoles = () => {
    isOn.value = true
    tool.value = 'paint'
    diameter.value = Math.min(diameter.value, 24)
  }
  return { paints, takeForHoles, isOn, tool, diameter, hardness, amount, isMaskShown, percent, resize }
})
