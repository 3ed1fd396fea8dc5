// SPDX-License-Identifier: Apache-2.0
//
// What each shell runs to complete a word. They ask segstore itself, so they need not change when
// it does, and know what the store holds.

extension Shell {
    var completionScript: String {
        switch self {
        case .bash: Self.bashScript
        case .zsh: Self.zshScript
        case .fish: Self.fishScript
        }
    }

    /// Bash takes words apart at colons, of which keys are full: they are put together again by
    /// whether a blank stands before them.
    private static let bashScript = #"""
        # bash completion for segstore
        _segstore() {
            local line=${COMP_LINE-${COMP_WORDS[*]}} words=() word
            local rest=${line:0:${COMP_POINT:-${#line}}}
            for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
                local blank=${rest%%[![:space:]]*}
                rest=${rest#"$blank"}
                [[ $rest == "$word"* ]] || word=$rest
                rest=${rest#"$word"}
                if [[ -n $blank || ${#words[@]} -eq 0 ]]; then
                    words+=("$word")
                else
                    words[${#words[@]}-1]+=$word
                fi
            done
            local program=${words[0]/#\~/$HOME} answer=()
            type -P "$program" >/dev/null || program=segstore
            mapfile -t answer < <("$program" complete -- bash "${COMP_WORDBREAKS-}" \
                "${words[@]:1}" 2>/dev/null)
            COMPREPLY=()
            case ${answer[0]-} in
                :files)
                    compopt -o default 2>/dev/null ||
                        mapfile -t COMPREPLY < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]}") ;;
                :folders)
                    compopt -o dirnames 2>/dev/null ||
                        mapfile -t COMPREPLY < <(compgen -d -- "${COMP_WORDS[COMP_CWORD]}") ;;
                *) COMPREPLY=("${answer[@]}") ;;
            esac
        }
        complete -F _segstore segstore

        """#

    private static let zshScript = #"""
        #compdef segstore
        _segstore() {
            local program=${(Q)words[1]} line
            program=${program/#\~/$HOME}
            (( $+commands[$program] )) || [[ -x $program ]] || program=segstore
            local -a answer texts shown
            answer=("${(@f)$("$program" complete -- zsh '' "${(@Q)words[2,CURRENT-1]}" \
                "${(Q)PREFIX}" 2>/dev/null)}")
            case ${answer[1]-} in
                (:files|:folders)
                    [[ $PREFIX == --*=* ]] && compset -P '*='
                    if [[ $answer[1] == :files ]]; then _files; else _files -/; fi
                    return ;;
            esac
            for line in $answer; do
                texts+=("${line%%$'\t'*}")
                shown+=("${line/$'\t'/  -- }")
            done
            (( $#texts )) && compadd -l -d shown -a texts
        }
        if [[ ${funcstack[1]-} == _segstore ]]; then
            _segstore "$@"
        elif (( $+functions[compdef] )); then
            compdef _segstore segstore
        fi

        """#

    private static let fishScript = #"""
        # fish completion for segstore
        function __segstore_complete
            set -l words (commandline -opc)
            set -l program (string replace -r '^~' $HOME -- $words[1])
            type -q $program; or set program segstore
            set -l word (commandline -ct | string unescape)
            set -l answer ($program complete -- fish '' $words[2..-1] "$word" 2>/dev/null)
            switch "$answer[1]"
                case :files
                    __fish_complete_path (commandline -ct)
                case :folders
                    __fish_complete_directories (commandline -ct)
                case '*'
                    test -n "$answer[1]"; and printf '%s\n' $answer
            end
        end
        complete -c segstore -f -a '(__segstore_complete)'

        """#
}
