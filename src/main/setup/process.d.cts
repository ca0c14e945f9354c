export function withFewArenas(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv
