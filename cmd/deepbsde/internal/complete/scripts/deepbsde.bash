# Completion of deepbsde in bash. The program itself says what may follow.
_deepbsde() {
    local i n=0 words=() line kind= current value program=${COMP_WORDS[0]/#\~/$HOME}
    # Bash cuts words at "="; the program wants them whole.
    for ((i = 1; i <= COMP_CWORD; i++)); do
        if ((n > 0)) && [[ ${COMP_WORDS[i]} == "=" || ${COMP_WORDS[i-1]} == "=" ]]; then
            words[n-1]+=${COMP_WORDS[i]}
        else
            words[n++]=${COMP_WORDS[i]}
        fi
    done
    current=${words[n-1]} value=${words[n-1]}
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
            :*) kind=${line#:} ;;
            *) COMPREPLY+=("${line%%$'\t'*}") ;;
        esac
    done < <("$program" __complete --current="$current" -- "${words[@]:0:n-1}" 2>/dev/null)
    if [[ $current == *=* && $COMP_WORDBREAKS == *=* ]]; then # only what follows the last "=" is replaced
        value=${current##*=}
        COMPREPLY=("${COMPREPLY[@]#"${current%=*}="}")
    fi
    case $kind in
        files | dirs)
            compopt -o filenames 2>/dev/null
            while IFS= read -r line; do
                COMPREPLY+=("$line")
            done < <(if [[ $kind == dirs ]]; then compgen -d -- "$value"; else compgen -f -- "$value"; fi)
            ;;
    esac
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace 2>/dev/null
    fi
}
complete -F _deepbsde deepbsde
