"""What every page stands on: access by role, navigation, words, lists; the only folder other families import."""
