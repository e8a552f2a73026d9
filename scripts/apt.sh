#!/usr/bin/env bash
# Installs the Debian packages named on the command line, those that are missing only.
# Needs root (or sudo) and a package source just when something is missing; says so plainly otherwise.
set -euo pipefail
missing=()
for package in "$@"; do
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
say() { printf '\n  %s\n' "$@" >&2; }
if [ "$(id -u)" -eq 0 ]; then run=(); elif command -v sudo >/dev/null; then run=(sudo); else
  say "These Debian packages are missing: ${missing[*]}" \
      "Ask an administrator to run:  apt-get install ${missing[*]}" "Then run the same make command again."
  exit 1
fi
printf 'Installing Debian packages: %s\n' "${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
if ! { "${run[@]}" apt-get update -qq && "${run[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; }; then
  say "Debian packages could not be installed: ${missing[*]}" \
      "Is this machine connected to its package source? Check with:  apt-get update"
  exit 1
fi
