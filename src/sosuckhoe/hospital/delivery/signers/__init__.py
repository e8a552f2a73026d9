"""Where signatures come from: key files, tokens, signing services, somebody's own machine."""
