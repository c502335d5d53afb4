#!/usr/bin/env bash
# Prints the tables of docs/licences.md: the resolved packages by "dotnet list package", their licences by the packages' own .nuspec.
#   dotnet restore && bash docs/licences.sh
set -euo pipefail
cd "$(dirname "$0")/.."
packages=${NUGET_PACKAGES:-$HOME/.nuget/packages}

resolved() {
  local project
  for project in "$@"; do
    dotnet list "$project" package --include-transitive --no-restore | awk '$1 == ">" {print $2, $NF}'
  done | LC_ALL=C sort -fu
}

table() {
  local id version nuspec licence
  printf '| package | version | licence |\n|---|---|---|\n'
  while read -r id version; do
    nuspec="$packages/${id,,}/${version,,}/${id,,}.nuspec"
    licence=$(sed -n 's/.*<license type="expression">\([^<]*\)<.*/\1/p' "$nuspec")
    # Without an expression the package has a file, or only an address, and a person has to read it.
    [ -n "$licence" ] || licence="$(sed -n 's/.*<license type="file">\([^<]*\)<.*/its file \1: /p' "$nuspec")$(sed -n 's/.*<licenseUrl>\([^<]*\)<.*/\1/p' "$nuspec")"
    printf '| %s | %s | %s |\n' "$id" "$version" "$licence"
  done
}

product=$(resolved $(ls ./*/*.csproj | grep -v -e '^./tests/' -e '^./benchmarks/'))
echo "$product" | table
echo
comm -13 <(echo "$product" | LC_ALL=C sort) <(resolved tests/*.csproj benchmarks/*.csproj | LC_ALL=C sort) | LC_ALL=C sort -f | table
