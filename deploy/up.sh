#!/usr/bin/env bash
# Makes everything that the hosted app needs, or mends what is there; may be repeated. See docs/cloud.md.
# shellcheck source=deploy/names.sh
. "$(dirname "$0")/names.sh"

made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

services() {
  run gcloud services enable artifactregistry.googleapis.com cloudbuild.googleapis.com iam.googleapis.com \
    iamcredentials.googleapis.com run.googleapis.com secretmanager.googleapis.com storage.googleapis.com \
    sts.googleapis.com
}

storage() {
  # What is overwritten is kept as a version: a state is written every second, hence the rules of lifecycle.json, and
  # no second keeping by soft deletion.
  local each rules
  for each in "$BUCKET" "$BUILDS"; do
    ensure storage buckets describe "gs://$each" -- storage buckets create "gs://$each" --location "$REGION" \
      --uniform-bucket-level-access --public-access-prevention --soft-delete-duration 0
    rules=$([ "$each" = "$BUCKET" ] && echo lifecycle || echo lifecycle-builds)
    run gcloud storage buckets update "gs://$each" --lifecycle-file "deploy/$rules.json"
  done
  run gcloud storage buckets update "gs://$BUCKET" --versioning
  ensure artifacts repositories describe "$IMAGES" --location "$REGION" -- artifacts repositories create "$IMAGES" \
    --location "$REGION" --repository-format docker
  run gcloud artifacts repositories set-cleanup-policies "$IMAGES" --location "$REGION" \
    --policy deploy/cleanup.json --no-dry-run
  ensure secrets describe "$SECRET" -- secrets create "$SECRET" --replication-policy automatic
  there secrets versions describe latest --secret "$SECRET" || token
}

# Who sends it may train.
token() {
  if [ -z "${DRY_RUN:-}" ]; then od -An -N24 -tx1 /dev/urandom | tr -d ' \n' > "$made/token"; fi
  run gcloud secrets versions add "$SECRET" --data-file "$(shown "$made/token")"
}

# A path of this machine, as a dry run names it.
shown() { if [ -n "${DRY_RUN:-}" ]; then basename "$1"; else echo "$1"; fi; }

account() {
  ensure iam service-accounts describe "$1" -- iam service-accounts create "${1%%@*}" --display-name "$1"
}

# may ACCOUNT ROLE WHAT… : gives a role on one thing; given already, it stays.
may() {
  run gcloud "${@:3}" --member "serviceAccount:$1" --role "$2"
}

accounts() {
  local each
  for each in "$APP" "$TRAIN" "$BUILD" "$CI_ACCOUNT"; do account "$each"; done
  for each in "$APP" "$TRAIN" "$CI_ACCOUNT"; do
    may "$each" roles/storage.objectUser storage buckets add-iam-policy-binding "gs://$BUCKET"
  done
  may "$APP" roles/secretmanager.secretAccessor secrets add-iam-policy-binding "$SECRET"
  may "$BUILD" roles/storage.objectViewer storage buckets add-iam-policy-binding "gs://$BUILDS"
  may "$BUILD" roles/artifactregistry.writer artifacts repositories add-iam-policy-binding "$IMAGES" --location "$REGION"
  may "$BUILD" roles/logging.logWriter projects add-iam-policy-binding "$PROJECT" --condition None
  may "$CI_ACCOUNT" roles/storage.objectUser storage buckets add-iam-policy-binding "gs://$BUILDS"
  may "$CI_ACCOUNT" roles/cloudbuild.builds.editor projects add-iam-policy-binding "$PROJECT" --condition None
  may "$CI_ACCOUNT" roles/serviceusage.serviceUsageConsumer projects add-iam-policy-binding "$PROJECT" --condition None
  may "$CI_ACCOUNT" roles/artifactregistry.reader artifacts repositories add-iam-policy-binding "$IMAGES" \
    --location "$REGION"
  may "$CI_ACCOUNT" roles/iam.serviceAccountUser iam service-accounts add-iam-policy-binding "$BUILD"
  may "$CI_ACCOUNT" roles/iam.serviceAccountUser iam service-accounts add-iam-policy-binding "$APP"
}

# The file that says how visitors log in is made by whoever has the client of the provider.
login() {
  if [ -z "${DRY_RUN:-}" ] && ! there secrets describe "$CLIENT"; then
    echo "there is no secret $CLIENT, by which visitors log in: docs/cloud.md says how to make it" >&2
    exit 1
  fi
  may "$APP" roles/secretmanager.secretAccessor secrets add-iam-policy-binding "$CLIENT"
}

image() {
  ensure artifacts docker images describe "$1" -- builds submit . --config deploy/build.yaml --region "$REGION" \
    --gcs-source-staging-dir "gs://$BUILDS/source" --substitutions "_TARGET=$2,_IMAGE=$1,_OPTIONS=$3"
}

images() {
  image "$APP_IMAGE" app "${GPU:+--build-arg TORCH_INDEX=}"
  image "$TRAIN_IMAGE" train ""
}

runs() {
  render deploy/job.yaml > "$made/job.yaml"
  run gcloud run jobs replace "$(shown "$made/job.yaml")" --region "$REGION"
  may "$APP" roles/run.developer run jobs add-iam-policy-binding "$JOB" --region "$REGION"
  render deploy/service.yaml > "$made/service.yaml"
  run gcloud run services replace "$(shown "$made/service.yaml")" --region "$REGION"
  run gcloud run services add-iam-policy-binding "$SERVICE" --region "$REGION" --member allUsers --role roles/run.invoker
  may "$CI_ACCOUNT" roles/run.developer run services add-iam-policy-binding "$SERVICE" --region "$REGION"
}

# Workflows of one repository at GitHub act as the account of CI, by the word of GitHub and without any key.
github() {
  local number=PROJECT_NUMBER pool
  [ -n "${DRY_RUN:-}" ] || number=$(gcloud projects describe "$PROJECT" --format 'value(projectNumber)')
  pool=projects/$number/locations/global/workloadIdentityPools/$POOL
  ensure iam workload-identity-pools describe "$POOL" --location global -- iam workload-identity-pools create "$POOL" \
    --location global
  from=(--location global --workload-identity-pool "$POOL")
  ensure iam workload-identity-pools providers describe github "${from[@]}" -- \
    iam workload-identity-pools providers create-oidc github "${from[@]}" \
    --issuer-uri https://token.actions.githubusercontent.com \
    --attribute-mapping google.subject=assertion.sub,attribute.repository=assertion.repository,attribute.ref=assertion.ref \
    --attribute-condition "assertion.repository=='$GITHUB'&&assertion.ref=='refs/heads/main'"
  run gcloud iam service-accounts add-iam-policy-binding "$CI_ACCOUNT" --role roles/iam.workloadIdentityUser \
    --member "principalSet://iam.googleapis.com/$pool/attribute.repository/$GITHUB"
  for TARGET in app train test; do
    render deploy/trigger.yaml > "$made/trigger-$TARGET.yaml"
    run gcloud builds triggers import --source "$(shown "$made/trigger-$TARGET.yaml")" --region "$REGION"
  done
}

# What the workflows have to be told, as variables of the repository.
variables() {
  run gcloud iam workload-identity-pools providers describe github "${from[@]}" --format 'value(name)'
  if [ -z "${DRY_RUN:-}" ]; then
    echo "Variables of $GITHUB: IDENTITY_PROVIDER=(the line above) CI_ACCOUNT=$CI_ACCOUNT BUCKET=$BUCKET"
  fi
}

services
storage
accounts
[ -z "$LOGIN" ] || login
images
runs
[ -z "$GITHUB" ] || github
[ -z "$GITHUB" ] || variables
run gcloud run services describe "$SERVICE" --region "$REGION" --format 'value(status.url)'
