# Completion of deepbsde in PowerShell. The program itself says what may follow.
Register-ArgumentCompleter -Native -CommandName deepbsde -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
    $arguments = @('__complete', "--current=$wordToComplete", '--') + $words
    & $commandAst.GetCommandName() @arguments 2>$null | Where-Object { -not $_.StartsWith(':') } | ForEach-Object {
        $word, $doc = $_ -split "`t", 2
        if (-not $doc) { $doc = $word }
        [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $doc)
    } # without any, PowerShell offers files
}
