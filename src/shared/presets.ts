/** What is trained where nothing else was chosen. */
export const defaultPreset = 'tied-relu-784-196-81-49'
