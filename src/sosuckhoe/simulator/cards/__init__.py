"""The register of insurance cards, as the portal answers about it. Everything in it comes from the set-up."""
