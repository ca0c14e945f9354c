/**
 * Gives `util` back two functions that Node 23 removed and @tensorflow/tfjs-node-gpu 4.22 calls (tfjs issue 8609).
 * Import this first, then load the package with `await import()` or `require()`: a static import would run before it.
 */
import util from 'node:util'

util.isNullOrUndefined ??= (value) => value === null || value === undefined
util.isArray ??= Array.isArray
