import { z } from 'zod'
import { activationSchema } from '../activations'
import { combined, finite, operation } from './operation'

const joining = {
  reads: 'several',
  shape: (_: unknown, reads: Parameters<typeof combined>[0], refuse: Parameters<typeof combined>[1]) =>
    combined(reads, refuse),
} as const

/** Operations on each number by itself, or on several values number by number. */
export const functions = [
  /** x · gain + shift */
  operation('affine', { gain: finite, shift: finite }),
  operation('activation', { activation: activationSchema }),
  /** max(x, 0) + slope · min(x, 0) */
  operation('leaky', { slope: finite }),
  operation('sqrt', {}),
  /** The error function, of which GELU is made (Hendrycks & Gimpel 2016). */
  operation('erf', {}),
  operation('function', { function: z.enum(['exp', 'log', 'abs']) }),
  operation('clip', { low: finite, high: finite }),
  operation('add', {}, joining),
  operation('sub', {}, joining),
  operation('mul', {}, joining),
  /** The first by the second. */
  operation('div', {}, joining),
]
