"""The script with which a virtual machine trains one job in a container, says how that ended, and deletes itself."""

from typing import Final

IMAGE: Final = "wikics-image"  # keys of the machine's metadata, where the script finds its order
COMMAND: Final = "wikics-command"  # one word a line
ENVIRONMENT: Final = "wikics-environment"  # NAME=VALUE, one a line
GPU: Final = "wikics-gpu"  # yes or no
FAILURE: Final = "failure"  # guest attributes below `wikics/`: why nothing could be begun,
CODE: Final = "code"  # or the exit code of the container

SCRIPT: Final = r"""#!/bin/bash
# Container-Optimized OS. What is printed is in the serial console.
meta() { curl -sf -H "Metadata-Flavor: Google" "http://metadata.google.internal/computeMetadata/v1/$1"; }
say() {
  curl -sf -X PUT -H "Metadata-Flavor: Google" --data-raw "$2" \
    "http://metadata.google.internal/computeMetadata/v1/instance/guest-attributes/wikics/$1"
}
leave() {
  sleep "${WIKICS_LINGER_SECONDS:-120}"  # so that whoever asks still finds what was said
  local token
  token=$(meta instance/service-accounts/default/token | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
  curl -sf -X DELETE -H "Authorization: Bearer $token" "https://compute.googleapis.com/compute/v1/projects/$(
    meta project/project-id)/zones/$(meta instance/zone | sed 's|.*/||')/instances/$(meta instance/name)"
  exit 0
}
image=$(meta instance/attributes/wikics-image)
mapfile -t command < <(meta instance/attributes/wikics-command)
mapfile -t environment < <(meta instance/attributes/wikics-environment)
options=()
for each in "${environment[@]}"; do [ -n "$each" ] && options+=(--env "$each"); done
if [ "$(meta instance/attributes/wikics-gpu)" = yes ]; then
  if ! cos-extensions install gpu; then say failure "the GPU's driver could not be installed"; leave; fi
  mount --bind /var/lib/nvidia /var/lib/nvidia && mount -o remount,exec /var/lib/nvidia
  options+=(--volume /var/lib/nvidia/lib64:/usr/local/nvidia/lib64 --env LD_LIBRARY_PATH=/usr/local/nvidia/lib64)
  for device in /dev/nvidia*; do [ -c "$device" ] && options+=(--device "$device"); done
fi
export HOME=/tmp  # the root of this system cannot be written to
docker-credential-gcr configure-docker --registries "${image%%/*}"
if ! pulled=$(docker pull "$image" 2>&1); then
  say failure "failed to pull image $image: $(tail -c 300 <<< "$pulled")"
  leave
fi
docker run --rm --name wikics --entrypoint "" "${options[@]}" "$image" "${command[@]}"
say code $?
leave
"""
