# shellcheck shell=bash
# shellcheck disable=SC2034  # most names are used by those who read this file
# What stands at Google Cloud is called, and what up, down and dry-run share. Nothing here asks anybody.
# Set by whoever calls: PROJECT; and as wanted REGION, BUCKET, TAG, GPU=1 (the service trains by itself, on an L4),
# LOGIN=1 (visitors log in and train within quotas), GITHUB=OWNER/REPOSITORY (builds by triggers, and workflows that
# need no key).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

: "${PROJECT:?PROJECT is not set: name the project at Google Cloud, as in PROJECT=my-project deploy/up.sh}"
REGION=${REGION:-us-central1}
BUCKET=${BUCKET:-$PROJECT-wikics}
BUILDS=$PROJECT-wikics-builds
TAG=${TAG:-$(git rev-parse --short=7 HEAD)}
GPU=${GPU:-}
LOGIN=${LOGIN:-}
GITHUB=${GITHUB:-}
OWNER=${GITHUB%%/*}
REPOSITORY=${GITHUB##*/}

SERVICE=wikics
JOB=wikics-train
IMAGES=wikics
SECRET=wikics-token
CLIENT=wikics-login
POOL=wikics-github
APP=wikics-app@$PROJECT.iam.gserviceaccount.com
TRAIN=wikics-train@$PROJECT.iam.gserviceaccount.com
BUILD=wikics-build@$PROJECT.iam.gserviceaccount.com
CI_ACCOUNT=wikics-ci@$PROJECT.iam.gserviceaccount.com
REGISTRY=$REGION-docker.pkg.dev/$PROJECT/$IMAGES
APP_IMAGE=$REGISTRY/app:$TAG${GPU:+-cuda}
TRAIN_IMAGE=$REGISTRY/train:$TAG

export CLOUDSDK_CORE_PROJECT=$PROJECT CLOUDSDK_CORE_DISABLE_PROMPTS=1

# Prints a command as it would be typed.
show() {
  local line="" word
  for word in "$@"; do
    case $word in
      *\'*) word="\"$word\"" ;;
      "" | *[!a-zA-Z0-9_@%+=:,./-]*) word="'$word'" ;;
    esac
    line+=" $word"
  done
  printf '%s\n' "${line# }"
}

# Carries a command out; in a dry run it is shown instead.
run() {
  if [ -n "${DRY_RUN:-}" ]; then
    show "$@"
  else
    "$@"
  fi
}

# there LOOK… : whether gcloud knows it. In a dry run nothing is asked, and nothing is there.
there() { [ -z "${DRY_RUN:-}" ] && gcloud "$@" > /dev/null 2>&1; }

# ensure LOOK… -- MAKE… : makes what is not there.
ensure() {
  local look=()
  while [ "$1" != -- ]; do look+=("$1") && shift; done
  there "${look[@]}" || run gcloud "${@:2}"
}

# A file of this folder with the names above in the place of ${NAME}, and the lines for a GPU or for none, for a login or
# for the token alone.
render() {
  local text name
  local without=(gpu login)
  [ -z "$GPU" ] || without[0]=cpu
  [ -z "$LOGIN" ] || without[1]=token
  text=$(sed -e "/# ${without[0]}\$/d" -e "/# ${without[1]}\$/d" "$1")
  for name in PROJECT REGION BUCKET SERVICE JOB SECRET CLIENT APP TRAIN BUILD APP_IMAGE TRAIN_IMAGE OWNER REPOSITORY TARGET; do
    text=${text//\$\{$name\}/${!name:-}}
  done
  printf '%s\n' "$text"
}
