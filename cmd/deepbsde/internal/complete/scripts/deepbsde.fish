# Completion of deepbsde in fish. The program itself says what may follow.
function __deepbsde_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in ($words[1] __complete --current="$current" -- $words[2..-1] 2>/dev/null)
        switch $line
            case ':files'
                __fish_complete_path (string replace -r '^-[^=]*=' '' -- $current)
            case ':dirs'
                __fish_complete_directories (string replace -r '^-[^=]*=' '' -- $current) ''
            case ':'
            case '*'
                echo $line
        end
    end
end
complete -c deepbsde -f -a '(__deepbsde_complete)'
