export type UpdatesConfig =
  | { readonly provider: 'github'; readonly owner: string; readonly repo: string }
  | { readonly provider: 'generic'; readonly url: string }
export function updatesConfig(
  named: string | undefined,
  manifest: { readonly repository?: string | { readonly url: string } },
): UpdatesConfig | null
