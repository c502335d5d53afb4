#!/usr/bin/env bash
# A bare Linux machine with a GPU: installs the .NET SDK and vLLM for this user, builds calibrate, and starts one server per GPU.
# Give the same command again at any time: what is installed or running is left alone.
#
#   bash docs/cloud.sh            install, build, start the servers, and wait until they answer
#   bash docs/cloud.sh stop       stop the servers
#
# From the environment:
#   MODEL   the model                                                      (Qwen/Qwen3-8B)
#   GPUS    number of servers, each on a GPU of its own                    (all GPUs of the machine)
#   VLLM_OPTIONS  more options of "vllm serve"; with GPUS=1 it sees all GPUs, so that --tensor-parallel-size works
#   PORT    the first server's port; the others follow                     (8000)
#   STATE   folder for key, logs, the Python environment                   (~/.calibration)
#   SERVE   starts a server in place of vLLM; --port is appended. No GPU is needed then.
set -euo pipefail
cd "$(dirname "$0")/.."
model=${MODEL:-Qwen/Qwen3-8B}
port=${PORT:-8000}
state=${STATE:-$HOME/.calibration}
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
mkdir -p "$state"

fail() { echo "$1" >&2; exit 1; }
is_up() { curl -sf --max-time 5 -H "Authorization: Bearer $(cat "$state/key")" "http://127.0.0.1:$1/v1/models" > /dev/null; }

if [ "${1:-}" = stop ]; then
  for file in "$state"/server-*.pid; do
    [ -e "$file" ] || fail "No server of this script is running."
    # The server leads a group of its own, with its workers.
    kill -- "-$(cat "$file")" 2> /dev/null || true
    rm "$file"
  done
  exit 0
fi
[ $# -eq 0 ] || fail "\"$1\" is not expected: give no word, or stop."

if [ -z "${SERVE:-}" ]; then
  command -v nvidia-smi > /dev/null || fail "nvidia-smi is not here: choose an image with NVIDIA's driver, or name a server with SERVE."
  gpus=${GPUS:-$(nvidia-smi --list-gpus | wc -l)}
else
  gpus=${GPUS:-1}
fi

# The SDK, from Microsoft's own script, into the user's folder.
export PATH="$PATH:$HOME/.dotnet"
if ! command -v dotnet > /dev/null || ! dotnet --list-sdks | grep -q '^10\.'; then
  curl -fsSL https://dot.net/v1/dotnet-install.sh -o "$state/dotnet-install.sh"
  bash "$state/dotnet-install.sh" --channel 10.0 --install-dir "$HOME/.dotnet"
  export PATH="$HOME/.dotnet:$PATH"
fi

# The command, as a script that finds the SDK's runtime wherever it is.
dotnet build calibrate -c Release -v quiet
mkdir -p "$HOME/.local/bin"
cat > "$HOME/.local/bin/calibrate" << END
#!/bin/sh
exec "$(command -v dotnet)" "$PWD/artifacts/bin/Calibration.Calibrate/release/calibrate.dll" "\$@"
END
chmod +x "$HOME/.local/bin/calibrate"

# A key that only this user can read. It is an argument of no process.
if [ ! -s "$state/key" ]; then
  (umask 077 && head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' > "$state/key")
fi

if [ -n "${SERVE:-}" ]; then
  read -r -a serve <<< "$SERVE"
else
  if [ ! -x "$state/vllm/bin/vllm" ]; then
    command -v python3 > /dev/null || fail "python3 is not here: install it with its venv module."
    python3 -m venv "$state/vllm" || fail "python3 cannot make a virtual environment: install python3-venv."
    "$state/vllm/bin/pip" install -q vllm
  fi
  read -r -a more <<< "${VLLM_OPTIONS:-}"
  serve=("$state/vllm/bin/vllm" serve "$model" --max-model-len 40960 --enable-prompt-tokens-details "${more[@]}")
fi

for ((gpu = 0; gpu < gpus; gpu++)); do
  at=$((port + gpu))
  if is_up "$at"; then continue; fi
  echo "Starting a server on port $at; its log is $state/server-$at.log"
  (
    VLLM_API_KEY=$(cat "$state/key")
    export VLLM_API_KEY
    if [ "$gpus" -gt 1 ]; then export CUDA_VISIBLE_DEVICES=$gpu; fi
    exec setsid nohup "${serve[@]}" --port "$at" > "$state/server-$at.log" 2>&1 < /dev/null
  ) &
  echo $! > "$state/server-$at.pid"
done

endpoints=()
for ((gpu = 0; gpu < gpus; gpu++)); do
  at=$((port + gpu))
  until is_up "$at"; do
    kill -0 "$(cat "$state/server-$at.pid")" 2> /dev/null || fail "The server on port $at has ended: see $state/server-$at.log."
    sleep 1
  done
  endpoints+=(--endpoint "http://127.0.0.1:$at/v1")
done

case ":$PATH:" in
  *":$HOME/.local/bin:"*) ;;
  *) echo "Add calibrate to your path:  export PATH=\"\$HOME/.local/bin:\$PATH\"" ;;
esac
echo "Next:  calibrate probe ${endpoints[*]:0:2} --api-key-file $state/key"
[ "$gpus" -eq 1 ] || echo "A run on all servers:  calibrate run ${endpoints[*]} --api-key-file $state/key"
