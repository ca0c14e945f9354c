import checkout from '../checkout.cjs'

const wrong =
  '--updates names where packages are published: github:OWNER/REPOSITORY, or the address of a folder that begins with https://.'

/**
 * Where a package looks for its updates, as electron-builder writes it down: what was named, else the repository of package.json on
 * GitHub. Null where neither is there; such a package has no menu item to look for updates.
 *
 * @param {string | undefined} named `github:OWNER/REPOSITORY` or an address
 * @throws SetupError
 */
export function updatesConfig(named, { repository }) {
  if (named === undefined) return repository === undefined ? null : ofRepository(repository)
  const github = /^github:([\w.-]+)\/([\w.-]+)$/.exec(named)
  if (github) return { provider: 'github', owner: github[1], repo: github[2] }
  if (!URL.canParse(named) || new URL(named).protocol !== 'https:') throw new checkout.SetupError(wrong)
  return { provider: 'generic', url: named }
}

/** A repository elsewhere publishes no packages in a way that electron-updater reads. */
function ofRepository(repository) {
  const address = typeof repository === 'string' ? repository : repository.url
  const found =
    /^(?:github:|(?:git\+)?(?:https|ssh|git):\/\/(?:git@)?github\.com\/)?([\w.-]+)\/([\w.-]+?)(?:\.git)?$/.exec(
      address,
    )
  return found ? { provider: 'github', owner: found[1], repo: found[2] } : null
}
