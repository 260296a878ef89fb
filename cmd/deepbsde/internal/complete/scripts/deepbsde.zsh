#compdef deepbsde
# Completion of deepbsde in zsh. The program itself says what may follow.
_deepbsde() {
    local line word doc kind current=${(Q)words[CURRENT]} program=${(Q)words[1]/#\~/$HOME}
    local -a described unspaced
    while IFS= read -r line; do
        case $line in
            :*) kind=${line#:} ;;
            *)
                word=${line%%$'\t'*} doc=${line#*$'\t'}
                if [[ $word == *= ]]; then
                    unspaced+=("${word//:/\\:}:$doc")
                else
                    described+=("${word//:/\\:}${doc:+:$doc}")
                fi
                ;;
        esac
    done < <("$program" __complete --current="$current" -- "${(@Q)words[2,CURRENT-1]}" 2>/dev/null)
    ((${#described})) && _describe -V deepbsde described
    ((${#unspaced})) && _describe -V deepbsde unspaced -S ''
    case $kind in
        files) compset -P '-*='; _files ;;
        dirs) compset -P '-*='; _files -/ ;;
    esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _deepbsde "$@" # from a folder of fpath
else
    compdef _deepbsde deepbsde # sourced
fi
