<#
.SYNOPSIS
    Runs the whole experiment: measure, fit, allocate, draw.
.DESCRIPTION
    Hands its parameters to the command line (dotnet run --project calibrate) and ends with its exit code. Without
    -Endpoint the embedded simulated endpoint answers sample problems.
.EXAMPLE
    ./run-experiments.ps1 -Endpoint http://127.0.0.1:8000/v1 -Model Qwen/Qwen3-8B -ApiKeyEnv VLLM_KEY -Data data -Hours 8
.EXAMPLE
    ./run-experiments.ps1 -Resume results/runs/20261124-231500-qwen-qwen3-8b
#>
param(
    [string[]] $Endpoint,
    [string] $Model,
    [string] $ApiKeyEnv,
    [string] $Data,
    [string[]] $Datasets,
    [int] $Runs,
    [int] $Items,
    [string[]] $Budgets,
    [string] $Out,
    [double] $Hours,
    [string] $Deadline,
    [string] $Resume,
    [switch] $Samples
)

$arguments = @('run')
foreach ($address in $Endpoint) { $arguments += '--endpoint', $address }
if ($Model) { $arguments += '--model', $Model }
if ($ApiKeyEnv) { $arguments += '--api-key-env', $ApiKeyEnv }
if ($Data) { $arguments += '--data', $Data }
if ($Datasets) { $arguments += '--datasets', ($Datasets -join ',') }
if ($Runs) { $arguments += '--runs', "$Runs" }
if ($Items) { $arguments += '--items', "$Items" }
# PowerShell reads 0,8,16 as three values: without a task's name they are one list.
if ($Budgets -and -not ($Budgets -match '[=,]')) { $Budgets = @($Budgets -join ',') }
foreach ($list in $Budgets) { $arguments += '--budgets', $list }
if ($Out) { $arguments += '--out', $Out }
if ($Hours) { $arguments += '--hours', "$Hours" }
if ($Deadline) { $arguments += '--deadline', $Deadline }
if ($Resume) { $arguments += '--resume', $Resume }
if ($Samples) { $arguments += '--samples' }

& dotnet run --project "$PSScriptRoot/calibrate" --configuration Release '--' $arguments
exit $LASTEXITCODE
