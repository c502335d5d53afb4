#!/usr/bin/env bash
# Makes what users install, in the folder OUT: the .NET tool package, and one self-contained archive per platform.
#
#   tools/package.sh OUT [PLATFORM…]     all four platforms by default: linux-x64 linux-arm64 osx-arm64 win-x64
#
# An archive is skipped, with its reason, if the package registry does not serve that platform's runtime or drawing library. Anything
# else that goes wrong fails. The last lines say what was made and what was skipped.
set -euo pipefail
out=$(mkdir -p "${1:?usage: tools/package.sh OUT [PLATFORM…]}" && cd "$1" && pwd)
shift
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
platforms=("$@")
if [ ${#platforms[@]} -eq 0 ]; then platforms=(linux-x64 linux-arm64 osx-arm64 win-x64); fi

# The sources' own build outputs stay as they are: another platform would be restored into them.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
said=()

dotnet pack calibrate/Calibration.Calibrate.csproj -c Release -o "$out" --artifacts-path "$work/tool" -v quiet
tool=$(cd "$out" && printf '%s\n' Calibration.Tool.*.nupkg | sort -V | tail -1)
version=${tool#Calibration.Tool.}
version=${version%.nupkg}
said+=("$tool")

for platform in "${platforms[@]}"; do
  name=calibrate-$version-$platform
  if ! dotnet publish calibrate/Calibration.Calibrate.csproj -c Release -r "$platform" --self-contained -o "$work/$name" \
    --artifacts-path "$work/build" -v quiet > "$work/log" 2>&1; then
    # NU1101, NU1102: the registry has no such package, or no such version of it.
    if missing=$(grep -oE 'error NU110[12]: [^.]*(\.[^. ]+)*' "$work/log" | head -1) && [ -n "$missing" ]; then
      said+=("$platform skipped: ${missing#error }")
      continue
    fi
    cat "$work/log" >&2
    exit 1
  fi
  if ! ls "$work/$name"/libSkiaSharp.* > /dev/null 2>&1; then
    said+=("$platform skipped: its package of SkiaSharp, which draws the figures, has no native library")
    continue
  fi
  rm -f "$work/$name"/*.pdb "$work/$name"/*.xml
  cp LICENSE docs/licences.md report/fonts/LICENSE-DejaVu.txt "$work/$name/"
  case $platform in
    win-*)
      archive=$name.zip
      rm -f "$out/$archive"
      (cd "$work" && if command -v zip > /dev/null; then zip -qr "$out/$archive" "$name"; else python3 -m zipfile -c "$out/$archive" "$name"; fi)
      ;;
    *)
      archive=$name.tar.gz
      tar -C "$work" -czf "$out/$archive" "$name"
      ;;
  esac
  said+=("$archive")
  rm -rf "${work:?}/$name"
done

echo "In $out:"
printf '  %s\n' "${said[@]}"
