#!/usr/bin/env bash
# Prints each command of up.sh, as if nothing were there yet; nobody is asked and nothing is made.
DRY_RUN=1 exec "$(dirname "$0")/up.sh"
