"""From reviewed profiles to manifests in a Git repository. Pure up to the commit."""
