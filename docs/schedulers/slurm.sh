#!/usr/bin/env bash
# One plan as a Slurm job array: every job measures one part of it (--shard) on a GPU and a server of its own, and goes on
# with its own run when it is requeued. Example for a cluster whose nodes share the file system.
#
# Once, on the login node, in the repository's root:
#   dotnet build calibrate -c Release
#   export SERVE="vllm serve Qwen/Qwen3-8B --max-model-len 40960 --enable-prompt-tokens-details"
#   sbatch --array=1-8 docs/schedulers/slurm.sh --model Qwen/Qwen3-8B --data data --api-key-file ~/.calibration-key
# When all jobs have ended:
#   bash docs/schedulers/slurm.sh merge
#
# What follows the script's name goes to "calibrate measure". The key is never an argument: job arguments are shown to everybody by
# squeue and scontrol. Put it into a file that only you can read (chmod 600), or into a variable (--api-key-env VLLM_API_KEY).
#
# From the environment, which sbatch hands on:
#   SHARDS     number of parts; the array is 1-SHARDS                      (8)
#   OUT        folder for the runs, on the shared file system              (results/array)
#   CALIBRATE  the command                                                 (dotnet artifacts/…/calibrate.dll)
#   SERVE      starts this job's server; --port is appended. Without it name an --endpoint yourself, or measure the simulated one.
#   PORT       the server of part i listens on PORT + i                    (8000)
#
#SBATCH --job-name=calibration
#SBATCH --gres=gpu:1
#SBATCH --cpus-per-task=4
#SBATCH --time=08:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=calibration-%A_%a.log
# Three minutes before its time is over, this script (B:) gets USR1.
#SBATCH --signal=B:USR1@180
set -euo pipefail

shards=${SHARDS:-8}
out=${OUT:-results/array}
read -r -a calibrate <<< "${CALIBRATE:-dotnet artifacts/bin/Calibration.Calibrate/release/calibrate.dll}"

# The run of a part: the newest folder with a manifest below the part's own folder. A folder without one was killed before it began.
run_of() {
  local manifest found=
  for manifest in "$out/part-$1"/*/manifest.json; do
    if [ -e "$manifest" ]; then found=${manifest%/manifest.json}; fi
  done
  echo "$found"
}

# A run has ended when its rows are Parquet and its journals are gone.
has_ended() { [ -f "$1/trials.parquet" ] && [ ! -d "$1/journal" ]; }

if [ "${1:-}" = merge ]; then
  runs=()
  for ((part = 1; part <= shards; part++)); do
    run=$(run_of "$part")
    if [ -z "$run" ]; then
      echo "Part $part has no run below $out/part-$part." >&2
      exit 1
    elif ! has_ended "$run"; then
      # merge would take what is there and name the gaps; a job that is still running should be waited for.
      echo "Part $part has not ended: $run" >&2
      exit 1
    fi
    runs+=("$run")
  done
  merged=$("${calibrate[@]}" merge "${runs[@]}" --out "$out/merged" | tee /dev/stderr | tail -1)
  "${calibrate[@]}" fit "$merged"
  "${calibrate[@]}" allocate "$merged"
  exec "${calibrate[@]}" figures "$merged"
fi

part=${SLURM_ARRAY_TASK_ID:?submit this script with sbatch --array=1-$shards}
if ((part < 1 || part > shards)); then
  echo "Job $part of the array is none of 1-$shards: set SHARDS to the number of parts." >&2
  exit 2
fi

run=$(run_of "$part")
if [ -n "$run" ] && has_ended "$run"; then
  echo "Part $part has ended: $run"
  exit 0
fi

# The server is at the same address whenever this part is started: a run goes on only where it began.
server=
endpoint=()
if [ -n "${SERVE:-}" ]; then
  port=$((${PORT:-8000} + part))
  read -r -a serve <<< "$SERVE"
  "${serve[@]}" --port "$port" &
  server=$!
  trap 'kill "$server" 2> /dev/null || true' EXIT
  until curl -sf "http://127.0.0.1:$port/health" > /dev/null; do
    kill -0 "$server" 2> /dev/null || { echo "The server of part $part has ended before it was up." >&2; exit 1; }
    sleep 1
  done
  endpoint=(--endpoint "http://127.0.0.1:$port/v1")
fi

if [ -n "$run" ]; then
  "${calibrate[@]}" measure --resume "$run" &
else
  "${calibrate[@]}" measure "$@" "${endpoint[@]}" --shard "$part/$shards" --out "$out/part-$part" &
fi
measuring=$!

# bash hears a signal only while it waits; calibrate gets TERM, flushes what is finished and ends with 130.
over=
trap 'over=1; kill -TERM "$measuring" 2> /dev/null || true' USR1
trap 'kill -TERM "$measuring" 2> /dev/null || true' TERM INT
status=0
wait "$measuring" || status=$?
while kill -0 "$measuring" 2> /dev/null; do
  status=0
  wait "$measuring" || status=$?
done

# The time is over and the part is not: the job goes back into the queue. (What is preempted, or loses its node, Slurm requeues itself.)
if [ -n "$over" ] && [ "$status" -ne 0 ]; then
  echo "Part $part goes back into the queue."
  scontrol requeue "${SLURM_JOB_ID:?}"
fi
exit "$status"
