#!/usr/bin/env bash
# Takes away what up.sh made; may be repeated. Graphs and runs stay unless DATA=delete. A pool of identities stays: it
# costs nothing, and its name would be taken for 30 days.
# shellcheck source=deploy/names.sh
. "$(dirname "$0")/names.sh"

# gone LOOK… -- TAKE… : takes away what is there.
gone() {
  local look=()
  while [ "$1" != -- ]; do look+=("$1") && shift; done
  if [ -n "${DRY_RUN:-}" ] || there "${look[@]}"; then run gcloud "${@:2}" --quiet; fi
}

# remove NOUN… -- NAME OPTION…
remove() {
  local noun=()
  while [ "$1" != -- ]; do noun+=("$1") && shift; done
  gone "${noun[@]}" describe "${@:2}" -- "${noun[@]}" delete "${@:2}"
}

for target in app train test; do remove builds triggers -- "wikics-$target" --region "$REGION"; done
remove run services -- "$SERVICE" --region "$REGION"
remove run jobs -- "$JOB" --region "$REGION"
remove artifacts repositories -- "$IMAGES" --location "$REGION"
for secret in "$SECRET" "$CLIENT"; do remove secrets -- "$secret"; done
for account in "$APP" "$TRAIN" "$BUILD" "$CI_ACCOUNT"; do remove iam service-accounts -- "$account"; done
gone storage buckets describe "gs://$BUILDS" -- storage rm --recursive "gs://$BUILDS"
if [ "${DATA:-}" = delete ]; then
  gone storage buckets describe "gs://$BUCKET" -- storage rm --recursive --all-versions "gs://$BUCKET"
else
  echo "gs://$BUCKET stays, with graphs and runs: DATA=delete takes it away too"
fi
